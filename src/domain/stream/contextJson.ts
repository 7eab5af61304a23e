/** An event's place, trace and format as JSON: what snapshots of state and dead letters write alike. */
import { Schema } from "effect"
import type { TraceContext } from "./Envelope.ts"

export const PositionJson = Schema.Struct({ topic: Schema.String, partition: Schema.Int, offset: Schema.Int })

export const TraceJson = Schema.Struct({
  traceId: Schema.String,
  spanId: Schema.NullOr(Schema.String),
  sampled: Schema.Boolean,
  traceState: Schema.NullOr(Schema.String),
  random: Schema.optionalKey(Schema.Boolean)
})

export const writeTrace = ({ random, sampled, spanId, traceId, traceState }: TraceContext): typeof TraceJson.Type => ({
  traceId,
  spanId: spanId ?? null,
  sampled,
  traceState: traceState ?? null,
  ...(random !== undefined && { random })
})

export const readTrace = ({ spanId, traceState, ...trace }: typeof TraceJson.Type): TraceContext => ({
  ...trace,
  spanId: spanId ?? undefined,
  traceState: traceState ?? undefined
})
