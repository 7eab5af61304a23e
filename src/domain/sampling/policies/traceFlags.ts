/** `trace_flags`: traces with a span whose sampled flag is set. */
import { Schema } from "effect"
import { isSampled } from "../../tracing/traceparent.ts"
import { definePolicy } from "./definePolicy.ts"
import { each, when } from "./Judge.ts"

export const traceFlags = definePolicy({
  type: "trace_flags",
  options: Schema.Struct({}),
  certainty: "bound",
  judge: () => each("trace_flags", ({ spans }) => when(spans.some(({ flags }) => isSampled(flags))))
}, (make) => () => make({}))
