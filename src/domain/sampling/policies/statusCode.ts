/** `status_code`: traces with a span of one of these statuses. */
import { Schema } from "effect"
import type { SpanStatus } from "../../tracing/SpanData.ts"
import { checked, when } from "./checked.ts"
import { each, type Judge } from "./Judge.ts"

export const StatusCode = Schema.Struct({
  type: Schema.Literal("status_code"),
  codes: Schema.NonEmptyArray(Schema.Literals(["unset", "ok", "error"]))
})
export type StatusCode = typeof StatusCode.Type

const make = checked(StatusCode)

export const statusCode = (first: SpanStatus["code"], ...more: ReadonlyArray<SpanStatus["code"]>) =>
  make({ type: "status_code", codes: [first, ...more] })

/** Traces with a span that failed. */
export const errors = () => statusCode("error")

export const judgeStatusCode = ({ codes }: StatusCode): Judge =>
  each("status_code", ({ spans }) => when(spans.some(({ status }) => codes.includes(status.code))))
