/** Every query, written with the public operators alone. */
import { Effect } from "effect"
import { type PipelineOptions, runPipeline } from "./pipeline.ts"
import { q0 } from "./q0.ts"
import { q1 } from "./q1.ts"
import { q2 } from "./q2.ts"
import { q3 } from "./q3.ts"
import { q4 } from "./q4.ts"
import { q5 } from "./q5.ts"
import { q7 } from "./q7.ts"
import { q8 } from "./q8.ts"
import type { NexmarkAnswer, NexmarkQuery, NexmarkRun, NexmarkWork } from "./types.ts"

/** Runs a query over the first `n` events. */
type Pipeline = (run: NexmarkRun, options?: PipelineOptions) => Effect.Effect<NexmarkAnswer>

export const pipelines: Readonly<Record<NexmarkQuery, Pipeline>> = {
  q0: (run, options) => runPipeline(q0, run, options),
  q1: (run, options) => runPipeline(q1, run, options),
  q2: (run, options) => runPipeline(q2, run, options),
  q3: (run, options) => runPipeline(q3, run, options),
  q4: (run, options) => runPipeline(q4, run, options),
  q5: (run, options) => runPipeline(q5, run, options),
  q7: (run, options) => runPipeline(q7, run, options),
  q8: (run, options) => runPipeline(q8, run, options)
}

/** A query as the yardstick measures it. */
export const pipelineWork = (options?: PipelineOptions): NexmarkWork => (run) =>
  Effect.runPromise(pipelines[run.query](run, options))
