/** `numeric_attribute`: traces with a span whose attribute is a number from `min` to `max`, both included. `invert`: traces without one. */
import { Schema } from "effect"
import { AttributeKey, checked, when } from "./checked.ts"
import { each, type Judge } from "./Judge.ts"

export const NumericAttribute = Schema.Struct({
  type: Schema.Literal("numeric_attribute"),
  key: AttributeKey,
  min: Schema.optionalKey(Schema.Finite),
  max: Schema.optionalKey(Schema.Finite),
  invert: Schema.optionalKey(Schema.Boolean)
}).check(
  Schema.makeFilter(({ max, min }) => {
    if (min === undefined && max === undefined) return "expected min, max or both"
    return (min ?? -Infinity) <= (max ?? Infinity) ? undefined : { path: ["max"], issue: "expected no less than min" }
  })
)
export type NumericAttribute = typeof NumericAttribute.Type

const make = checked(NumericAttribute)

export const numericAttribute = (options: Omit<NumericAttribute, "type">) =>
  make({ type: "numeric_attribute", ...options })

export const judgeNumericAttribute = (
  { invert = false, key, max = Infinity, min = -Infinity }: NumericAttribute
): Judge =>
  each("numeric_attribute", ({ spans }) =>
    when(
      spans.some(({ attributes }) => {
        const value = attributes[key]
        return (typeof value === "number" || typeof value === "bigint") && value >= min && value <= max
      }) !== invert
    ))
