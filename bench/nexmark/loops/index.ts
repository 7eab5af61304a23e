/**
 * Every query as a plain loop, the yardstick for what operators cost: one pass, events generated one by one, no library.
 * State is what the query needs and is dropped when the watermark allows; answers are the same for any seed and disorder.
 */
import type { EventSource } from "../events.ts"
import type { NexmarkAnswer, NexmarkQuery, NexmarkRun } from "../queries/types.ts"
import { q0 } from "./q0.ts"
import { q1 } from "./q1.ts"
import { q2 } from "./q2.ts"
import { q3 } from "./q3.ts"
import { q4 } from "./q4.ts"
import { q5 } from "./q5.ts"
import { q7 } from "./q7.ts"
import { q8 } from "./q8.ts"

/** A query over `run.n` events: those of the run's seed, or of another source whose disorder is the run's. */
export type Loop = (run: NexmarkRun, source?: EventSource) => NexmarkAnswer

export const loops: Readonly<Record<NexmarkQuery, Loop>> = { q0, q1, q2, q3, q4, q5, q7, q8 }
