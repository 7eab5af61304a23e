/** `boolean_attribute`: traces with a span whose attribute is this value. `invert`: traces without one. */
import { Schema } from "effect"
import { AttributeKey, checked, when } from "./checked.ts"
import { each, type Judge } from "./Judge.ts"

export const BooleanAttribute = Schema.Struct({
  type: Schema.Literal("boolean_attribute"),
  key: AttributeKey,
  value: Schema.Boolean,
  invert: Schema.optionalKey(Schema.Boolean)
})
export type BooleanAttribute = typeof BooleanAttribute.Type

const make = checked(BooleanAttribute)

export const booleanAttribute = (options: Omit<BooleanAttribute, "type">) =>
  make({ type: "boolean_attribute", ...options })

export const judgeBooleanAttribute = ({ invert = false, key, value }: BooleanAttribute): Judge =>
  each("boolean_attribute", ({ spans }) => when(spans.some(({ attributes }) => attributes[key] === value) !== invert))
