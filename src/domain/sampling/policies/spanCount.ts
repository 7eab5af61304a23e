/** `span_count`: traces of at least `min` spans, and at most `max` if that is given. Both ends are included. */
import { Schema } from "effect"
import { checked, when } from "./checked.ts"
import { each, type Judge } from "./Judge.ts"

const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(1))

export const SpanCount = Schema.Struct({
  type: Schema.Literal("span_count"),
  min: Count,
  max: Schema.optionalKey(Count)
}).check(
  Schema.makeFilter(({ max = Infinity, min }) =>
    min <= max ? undefined : { path: ["max"], issue: "expected no less than min" }
  )
)
export type SpanCount = typeof SpanCount.Type

const make = checked(SpanCount)

export const spanCount = (options: Omit<SpanCount, "type">) => make({ type: "span_count", ...options })

export const judgeSpanCount = ({ max = Infinity, min }: SpanCount): Judge =>
  each("span_count", ({ spans }) => when(spans.length >= min && spans.length <= max))
