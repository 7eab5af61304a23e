/** `status_code`: traces with a span of one of these statuses. */
import { Schema } from "effect"
import type { SpanStatus } from "../../tracing/SpanData.ts"
import { definePolicy } from "./definePolicy.ts"
import { each, when } from "./Judge.ts"

export const statusCode = definePolicy(
  {
    type: "status_code",
    options: Schema.Struct({ codes: Schema.NonEmptyArray(Schema.Literals(["unset", "ok", "error"])) }),
    certainty: "certain",
    judge: ({ codes }) =>
      each("status_code", ({ spans }) => when(spans.some(({ status }) => codes.includes(status.code))))
  },
  (make) => (first: SpanStatus["code"], ...more: ReadonlyArray<SpanStatus["code"]>) => make({ codes: [first, ...more] })
)

/** Traces with a span that failed. */
export const errors = () => statusCode("error")
