/** `trace_state`: traces with a span in whose `tracestate` the member `key` is one of the values, to the letter. */
import { Schema } from "effect"
import { parseTraceState, traceStateMember } from "../../tracing/tracestate.ts"
import { AttributeKey, checked, when } from "./checked.ts"
import { each, type Judge } from "./Judge.ts"

export const TraceState = Schema.Struct({
  type: Schema.Literal("trace_state"),
  key: AttributeKey,
  values: Schema.NonEmptyArray(Schema.String)
})
export type TraceState = typeof TraceState.Type

const make = checked(TraceState)

export const traceState = (options: Omit<TraceState, "type">) => make({ type: "trace_state", ...options })

export const judgeTraceState = ({ key, values }: TraceState): Judge => {
  const wanted = new Set<string | undefined>(values)
  return each("trace_state", ({ spans }) =>
    when(
      spans.some(({ traceState }) =>
        traceState !== undefined && wanted.has(traceStateMember(parseTraceState(traceState), key))
      )
    ))
}
