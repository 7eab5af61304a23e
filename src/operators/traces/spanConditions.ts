/**
 * Conditions on a single span, asked of its bytes while they are scanned, so that a trace can be judged without them: the leaves of policies such as
 * `string_attribute`. They mean what the policies mean, which see decoded spans.
 */
import { Result, Schema } from "effect"
import { decodeSpan } from "../../domain/traces/otlp/decodeSpan.ts"
import {
  attributeAt,
  attributeStride,
  spanAt,
  type SpanColumns,
  spanStride
} from "../../domain/traces/otlp/SpanColumns.ts"
import type { AttributeValue } from "../../domain/tracing/SpanData.ts"

const invert = Schema.optionalKey(Schema.Boolean)

/** As a policy writes them; other fields are none of these. */
export const SpanCondition = Schema.Union([
  Schema.Struct({ type: Schema.Literal("status_code"), codes: Schema.NonEmptyArray(Schema.String) }),
  Schema.Struct({
    type: Schema.Literal("string_attribute"),
    key: Schema.String,
    values: Schema.NonEmptyArray(Schema.String),
    regex: Schema.optionalKey(Schema.Boolean),
    invert
  }),
  Schema.Struct({
    type: Schema.Literal("numeric_attribute"),
    key: Schema.String,
    min: Schema.optionalKey(Schema.Finite),
    max: Schema.optionalKey(Schema.Finite),
    invert
  }),
  Schema.Struct({ type: Schema.Literal("boolean_attribute"), key: Schema.String, value: Schema.Boolean, invert })
])
export type SpanCondition = typeof SpanCondition.Type

type AttributeCondition = Exclude<SpanCondition, { readonly type: "status_code" }>

/** Whether a value that is there fulfils the condition. */
const holder = (condition: AttributeCondition): (value: AttributeValue) => boolean => {
  switch (condition.type) {
    case "string_attribute": {
      const { regex = false, values } = condition
      const texts = new Set(values)
      const expressions = regex ? values.map((text) => new RegExp(text, "u")) : []
      const matches = regex
        ? (text: string) => expressions.some((expression) => expression.test(text))
        : (text: string) => texts.has(text)
      return (value) =>
        typeof value === "string"
          ? matches(value)
          : Array.isArray(value) && value.some((item) => typeof item === "string" && matches(item))
    }
    case "numeric_attribute": {
      const { max = Infinity, min = -Infinity } = condition
      return (value) => (typeof value === "number" || typeof value === "bigint") && value >= min && value <= max
    }
    case "boolean_attribute":
      return (value) => value === condition.value
  }
}

const codes: Readonly<Record<number, string>> = { 1: "ok", 2: "error" }

const varint = (bytes: Uint8Array, from: number): number | bigint => {
  let value = 0
  let scale = 1
  for (let at = from; at < from + 7; at++, scale *= 128) {
    const byte = bytes[at] ?? 0
    value += (byte & 127) * scale
    if (byte < 128) return value
  }
  let large = 0n
  for (let i = 0; i < 10; i++) {
    const byte = bytes[from + i] ?? 0
    large |= BigInt(byte & 127) << BigInt(7 * i)
    if (byte < 128) break
  }
  const signed = BigInt.asIntN(64, large)
  return signed >= Number.MIN_SAFE_INTEGER && signed <= Number.MAX_SAFE_INTEGER ? Number(signed) : signed
}

/** The value of an attribute row, read where it stands; `undefined` for what must be decoded. */
const plainValue = (bytes: Uint8Array, words: Uint32Array, row: number): AttributeValue | undefined => {
  const at = words[row + attributeAt.value] ?? 0
  switch (words[row + attributeAt.type]) {
    case 1:
      return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
        .toString("utf8", at, at + (words[row + attributeAt.valueLength] ?? 0))
    case 2:
      return bytes[at] !== 0
    case 3:
      return varint(bytes, at)
    case 4:
      return new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getFloat64(at, true)
    default:
      return undefined
  }
}

export interface SpanConditions {
  /** Attributes must be recorded by the scan. */
  readonly ofAttributes: boolean
  /** The bits of the conditions that the span fulfils; those in `known` are not looked at again. */
  readonly match: (bytes: Uint8Array, columns: SpanColumns, span: number, known: number) => number
}

const keyIs = (bytes: Uint8Array, words: Uint32Array, row: number, key: Uint8Array): boolean => {
  if (words[row + attributeAt.keyLength] !== key.length) return false
  const at = words[row + attributeAt.key] ?? 0
  for (let i = key.length - 1; i >= 0; i--) if (bytes[at + i] !== key[i]) return false
  return true
}

const decodedValue = (
  bytes: Uint8Array,
  columns: SpanColumns,
  span: number,
  name: string
): AttributeValue | undefined => {
  const at = span * spanStride
  const decoded = decodeSpan(bytes.subarray(columns.words[at + spanAt.from], columns.words[at + spanAt.to]))
  return Result.isSuccess(decoded) ? decoded.success.attributes[name] : undefined
}

/** At most 31. A bit each, in their order. */
export const spanConditions = (conditions: ReadonlyArray<SpanCondition>): SpanConditions => {
  const encoder = new TextEncoder()
  const statuses: Array<{ readonly bit: number; readonly codes: ReadonlySet<string> }> = []
  const attributes: Array<
    {
      readonly bit: number
      readonly key: Uint8Array
      readonly name: string
      readonly holds: (value: AttributeValue) => boolean
    }
  > = []
  for (const [i, condition] of conditions.entries()) {
    const bit = 1 << i
    if (condition.type === "status_code") statuses.push({ bit, codes: new Set(condition.codes) })
    else attributes.push({ bit, key: encoder.encode(condition.key), name: condition.key, holds: holder(condition) })
  }
  return {
    ofAttributes: attributes.length > 0,
    match: (bytes, columns, span, known) => {
      let matched = known
      const at = span * spanStride
      for (const { bit, codes: wanted } of statuses) {
        if ((matched & bit) === 0 && wanted.has(codes[columns.words[at + spanAt.status] ?? 0] ?? "unset")) {
          matched |= bit
        }
      }
      if (attributes.length === 0) return matched
      const words = columns.attributeWords
      const first = columns.words[at + spanAt.attributes] ?? 0
      const count = columns.words[at + spanAt.attributeCount] ?? 0
      for (const { bit, holds, key, name } of attributes) {
        if ((matched & bit) !== 0) continue
        // Of a key that comes twice the last counts.
        for (let row = (first + count - 1) * attributeStride; row >= first * attributeStride; row -= attributeStride) {
          if (!keyIs(bytes, words, row, key)) continue
          const value = plainValue(bytes, words, row) ?? decodedValue(bytes, columns, span, name)
          if (value !== undefined && holds(value)) matched |= bit
          break
        }
      }
      return matched
    }
  }
}
