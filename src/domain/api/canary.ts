/** What `/canary` answers. */
import { Schema } from "effect"

export const CanaryCounts = Schema.Struct({
  emitted: Schema.Int,
  /** Within 120 s of their emission. */
  arrived: Schema.Int,
  /** Of those, after more than 60 s. */
  late: Schema.Int,
  missed: Schema.Int
})
export type CanaryCounts = typeof CanaryCounts.Type

export const CanaryStatus = Schema.Struct({
  /** Whether this process sends canaries. */
  enabled: Schema.Boolean,
  /** When the first one arrived, RFC 3339; null: none has. */
  firstArrival: Schema.NullOr(Schema.String),
  ...CanaryCounts.fields,
  bySource: Schema.Record(Schema.String, CanaryCounts)
})
export type CanaryStatus = typeof CanaryStatus.Type
