/** What `/v1/toggles` takes and answers: what is steered while a process runs. It is forgotten with the process. */
import { Schema } from "effect"

export const TogglesAnswer = Schema.Struct({
  /** The share of traces that is sampled instead of what the settings say; null: the settings are in force. */
  samplingRatio: Schema.NullOr(Schema.Finite),
  /** Sensors whose records are given up as `Shed`. */
  paused: Schema.Array(Schema.String)
})
export type TogglesAnswer = typeof TogglesAnswer.Type

/** One change. */
export const ToggleChange = Schema.Union([
  Schema.TaggedStruct("sampling", {
    ratio: Schema.NullOr(Schema.Finite.pipe(Schema.check(Schema.isBetween({ minimum: 0, maximum: 1 }))))
  }),
  Schema.TaggedStruct("pause", { source: Schema.NonEmptyString }),
  Schema.TaggedStruct("resume", { source: Schema.NonEmptyString })
])
export type ToggleChange = typeof ToggleChange.Type
