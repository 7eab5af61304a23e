/** `span_count`: traces of at least `min` spans, and at most `max` if that is given. Both ends are included. */
import { Schema } from "effect"
import { definePolicy } from "./definePolicy.ts"
import { each, when } from "./Judge.ts"

const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(1))

export const spanCount = definePolicy({
  type: "span_count",
  options: Schema.Struct({ min: Count, max: Schema.optionalKey(Count) }).check(
    Schema.makeFilter(({ max = Infinity, min }) =>
      min <= max ? undefined : { path: ["max"], issue: "expected no less than min" }
    )
  ),
  certainty: "certain",
  judge: ({ max = Infinity, min }) =>
    each("span_count", ({ spans }) => when(spans.length >= min && spans.length <= max))
})
