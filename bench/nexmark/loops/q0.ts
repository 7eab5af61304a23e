/** q0 by hand: every event as it is. */
import { Digest } from "../digest.ts"
import { type EventSource, makeGenerator } from "../events.ts"
import { foldEvent } from "../foldEvent.ts"
import type { NexmarkAnswer, NexmarkRun } from "../queries/types.ts"
import { answerOf } from "./answerOf.ts"

export const q0 = (run: NexmarkRun, { event }: EventSource = makeGenerator(run)): NexmarkAnswer => {
  const digest = new Digest()
  for (let n = 0; n < run.n; n++) foldEvent(digest, event(n))
  return answerOf(digest)
}
