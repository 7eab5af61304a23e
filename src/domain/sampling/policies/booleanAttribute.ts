/** `boolean_attribute`: traces with a span whose attribute is this value. `invert`: traces without one. */
import { Schema } from "effect"
import { AttributeKey } from "./AttributeKey.ts"
import { definePolicy } from "./definePolicy.ts"
import { each, when } from "./Judge.ts"

export const booleanAttribute = definePolicy({
  type: "boolean_attribute",
  options: Schema.Struct({
    key: AttributeKey,
    value: Schema.Boolean,
    invert: Schema.optionalKey(Schema.Boolean)
  }),
  certainty: "certain",
  judge: ({ invert = false, key, value }) =>
    each("boolean_attribute", ({ spans }) => when(spans.some(({ attributes }) => attributes[key] === value) !== invert))
})
