/** `trace_state`: traces with a span in whose `tracestate` the member `key` is one of the values, to the letter. */
import { Schema } from "effect"
import { parseTraceState, traceStateMember } from "../../tracing/tracestate.ts"
import { AttributeKey } from "./AttributeKey.ts"
import { definePolicy } from "./definePolicy.ts"
import { each, when } from "./Judge.ts"

export const traceState = definePolicy({
  type: "trace_state",
  options: Schema.Struct({ key: AttributeKey, values: Schema.NonEmptyArray(Schema.String) }),
  certainty: "certain",
  judge: ({ key, values }) => {
    const wanted = new Set<string | undefined>(values)
    return each("trace_state", ({ spans }) =>
      when(
        spans.some(({ traceState }) =>
          traceState !== undefined && wanted.has(traceStateMember(parseTraceState(traceState), key))
        )
      ))
  }
})
