/** Every query, written with the public operators alone. */
import { type PipelineOptions, pipelineWork } from "./pipeline.ts"
import { q0 } from "./q0.ts"
import { q1 } from "./q1.ts"
import { q2 } from "./q2.ts"
import { q3 } from "./q3.ts"
import { q4 } from "./q4.ts"
import { q5 } from "./q5.ts"
import { q7 } from "./q7.ts"
import { q8 } from "./q8.ts"
import type { NexmarkQuery, NexmarkWork } from "./types.ts"

/** A query at work, for whichever options. */
type WithOptions = (options?: PipelineOptions) => NexmarkWork

export const pipelines: Readonly<Record<NexmarkQuery, WithOptions>> = {
  q0: (options) => pipelineWork(q0, options),
  q1: (options) => pipelineWork(q1, options),
  q2: (options) => pipelineWork(q2, options),
  q3: (options) => pipelineWork(q3, options),
  q4: (options) => pipelineWork(q4, options),
  q5: (options) => pipelineWork(q5, options),
  q7: (options) => pipelineWork(q7, options),
  q8: (options) => pipelineWork(q8, options)
}
