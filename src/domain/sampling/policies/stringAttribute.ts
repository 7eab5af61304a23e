/**
 * `string_attribute`: traces with a span whose attribute is one of the values, or matches one of them as a regular expression (anywhere in
 * the text, unless anchored). Of a list of texts one is enough. `invert`: traces without such a span.
 */
import { Result, Schema } from "effect"
import type { AttributeValue } from "../../tracing/SpanData.ts"
import { AttributeKey } from "./AttributeKey.ts"
import { definePolicy } from "./definePolicy.ts"
import { each, when } from "./Judge.ts"

const compiled = (text: string): Result.Result<RegExp, unknown> => Result.try(() => new RegExp(text, "u"))

const Options = Schema.Struct({
  key: AttributeKey,
  values: Schema.NonEmptyArray(Schema.String),
  regex: Schema.optionalKey(Schema.Boolean),
  invert: Schema.optionalKey(Schema.Boolean)
}).check(
  Schema.makeFilter(({ regex = false, values }) => {
    const wrong = regex ? values.findIndex((text) => Result.isFailure(compiled(text))) : -1
    return wrong < 0 ? undefined : { path: ["values", wrong], issue: "expected a regular expression" }
  })
)

const matcher = ({ regex = false, values }: typeof Options.Type): (text: string) => boolean => {
  if (!regex) {
    const set = new Set(values)
    return (text) => set.has(text)
  }
  const expressions = values.flatMap((text) => Result.getOrElse(compiled(text), () => []))
  return (text) => expressions.some((expression) => expression.test(text))
}

export const stringAttribute = definePolicy({
  type: "string_attribute",
  options: Options,
  certainty: "certain",
  judge: (options) => {
    const { invert = false, key } = options
    const matches = matcher(options)
    const holds = (value: AttributeValue | undefined): boolean =>
      typeof value === "string"
        ? matches(value)
        : Array.isArray(value) && value.some((item) => typeof item === "string" && matches(item))
    return each("string_attribute", ({ spans }) => when(spans.some((span) => holds(span.attributes[key])) !== invert))
  }
})
