/** An event's place, trace and format as JSON: what snapshots of state and dead letters write alike. */
import { Schema } from "effect"

export const PositionJson = Schema.Struct({ topic: Schema.String, partition: Schema.Int, offset: Schema.Int })

export const TraceJson = Schema.Struct({
  traceId: Schema.String,
  spanId: Schema.NullOr(Schema.String),
  sampled: Schema.Boolean,
  traceState: Schema.NullOr(Schema.String)
})

/** The names of the formats that `RawRecord` knows. */
export const WireFormatJson = Schema.Literals(["radar", "optical", "isl", "observation", "tdm"])
