/** `numeric_attribute`: traces with a span whose attribute is a number from `min` to `max`, both included. `invert`: traces without one. */
import { Schema } from "effect"
import { AttributeKey } from "./AttributeKey.ts"
import { definePolicy } from "./definePolicy.ts"
import { each, when } from "./Judge.ts"

export const numericAttribute = definePolicy({
  type: "numeric_attribute",
  options: Schema.Struct({
    key: AttributeKey,
    min: Schema.optionalKey(Schema.Finite),
    max: Schema.optionalKey(Schema.Finite),
    invert: Schema.optionalKey(Schema.Boolean)
  }).check(
    Schema.makeFilter(({ max, min }) => {
      if (min === undefined && max === undefined) return "expected min, max or both"
      return (min ?? -Infinity) <= (max ?? Infinity) ? undefined : { path: ["max"], issue: "expected no less than min" }
    })
  ),
  certainty: "certain",
  judge: ({ invert = false, key, max = Infinity, min = -Infinity }) =>
    each("numeric_attribute", ({ spans }) =>
      when(
        spans.some(({ attributes }) => {
          const value = attributes[key]
          return (typeof value === "number" || typeof value === "bigint") && value >= min && value <= max
        }) !== invert
      ))
})
