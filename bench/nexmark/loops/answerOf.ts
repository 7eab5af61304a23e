import type { Digest } from "../digest.ts"
import type { NexmarkAnswer } from "../queries/types.ts"

/** The answer of a loop that folded its rows into `digest`. */
export const answerOf = ({ count, hash }: Digest, lateDropped = 0): NexmarkAnswer => ({ count, hash, lateDropped })
