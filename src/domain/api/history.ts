/** What `/v1/history` answers: one list of times, and a value or a gap for each of them per series. */
import { Schema } from "effect"

export const HistoryAnswer = Schema.Struct({
  at: Schema.String,
  stepSeconds: Schema.Int,
  /** RFC 3339, rising. */
  times: Schema.Array(Schema.String),
  series: Schema.Array(Schema.Struct({
    name: Schema.String,
    labels: Schema.Record(Schema.String, Schema.String),
    /** `gauge`: the value; `peak`: the greatest within the step; `rate`: growth a second of a counter. */
    kind: Schema.Literals(["gauge", "peak", "rate"]),
    values: Schema.Array(Schema.NullOr(Schema.Finite))
  })),
  /** What the history holds in memory, and how many series there was no room for. */
  memoryBytes: Schema.Int,
  refusedSeries: Schema.Int
})
export type HistoryAnswer = typeof HistoryAnswer.Type

export const historyQuery = {
  /** Metric names, separated by commas; `operator_*` stands for all that begin so. Absent: all. */
  series: Schema.optionalKey(Schema.String),
  /** RFC 3339; absent: as far back as there is. */
  since: Schema.optionalKey(Schema.String),
  until: Schema.optionalKey(Schema.String),
  /** `1s`: the last ten minutes; `10s`: the last six hours. Absent: `1s`. */
  step: Schema.optionalKey(Schema.Literals(["1s", "10s"]))
}
