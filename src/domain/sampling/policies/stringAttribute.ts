/**
 * `string_attribute`: traces with a span whose attribute is one of the values, or matches one of them as a regular expression (anywhere in
 * the text, unless anchored). Of a list of texts one is enough. `invert`: traces without such a span.
 */
import { Result, Schema } from "effect"
import type { AttributeValue } from "../../tracing/SpanData.ts"
import { AttributeKey, checked, when } from "./checked.ts"
import { each, type Judge } from "./Judge.ts"

const compiled = (text: string): Result.Result<RegExp, unknown> => Result.try(() => new RegExp(text, "u"))

export const StringAttribute = Schema.Struct({
  type: Schema.Literal("string_attribute"),
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
export type StringAttribute = typeof StringAttribute.Type

const make = checked(StringAttribute)

export const stringAttribute = (options: Omit<StringAttribute, "type">) =>
  make({ type: "string_attribute", ...options })

const matcher = ({ regex = false, values }: StringAttribute): (text: string) => boolean => {
  if (!regex) {
    const set = new Set(values)
    return (text) => set.has(text)
  }
  const expressions = values.flatMap((text) => Result.getOrElse(compiled(text), () => []))
  return (text) => expressions.some((expression) => expression.test(text))
}

export const judgeStringAttribute = (policy: StringAttribute): Judge => {
  const { invert = false, key } = policy
  const matches = matcher(policy)
  const holds = (value: AttributeValue | undefined): boolean =>
    typeof value === "string"
      ? matches(value)
      : Array.isArray(value) && value.some((item) => typeof item === "string" && matches(item))
  return each("string_attribute", ({ spans }) => when(spans.some((span) => holds(span.attributes[key])) !== invert))
}
