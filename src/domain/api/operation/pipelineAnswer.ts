/** What `/v1/pipeline` answers: what the process runs, stage by stage. How it fares is in `/v1/status`. */
import { Schema } from "effect"

export const PipelineGraphJson = Schema.Struct({
  name: Schema.String,
  /** Upstream first. `state`: the parts that are kept over a restart, or a word on why there are none; absent: it holds nothing. */
  stages: Schema.Array(Schema.Struct({
    name: Schema.String,
    kind: Schema.String,
    state: Schema.optionalKey(Schema.Union([
      Schema.String,
      Schema.Array(Schema.Struct({ name: Schema.String, bound: Schema.optionalKey(Schema.Finite) }))
    ]))
  })),
  /** `from` and `to` are places in `stages`. */
  edges: Schema.Array(Schema.Struct({
    from: Schema.Int,
    to: Schema.Int,
    capacity: Schema.Finite,
    policy: Schema.String,
    reason: Schema.String
  }))
})
export type PipelineGraphJson = typeof PipelineGraphJson.Type

export const PipelineAnswer = Schema.Struct({ pipelines: Schema.Array(PipelineGraphJson) })
