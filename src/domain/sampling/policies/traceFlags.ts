/** `trace_flags`: traces with a span whose sampled flag is set. */
import { Result, Schema } from "effect"
import { isSampled } from "../../tracing/traceparent.ts"
import { type CheckedPolicy, when } from "./checked.ts"
import { each, type Judge } from "./Judge.ts"

export const TraceFlags = Schema.Struct({ type: Schema.Literal("trace_flags") })
export type TraceFlags = typeof TraceFlags.Type

export const traceFlags = (): CheckedPolicy<TraceFlags> => Result.succeed({ type: "trace_flags" })

export const judgeTraceFlags = (): Judge =>
  each("trace_flags", ({ spans }) => when(spans.some(({ flags }) => isSampled(flags))))
