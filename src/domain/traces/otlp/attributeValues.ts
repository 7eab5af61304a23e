/**
 * OTLP's attribute values in the plain data of {@link Attributes}, and back.
 *
 * What plain data cannot hold becomes text: bytes in base64, a list of keys and values and an array of arrays as JSON. An integer is a
 * number if a number holds it exactly, else a bigint. A key that comes twice keeps its last value. On the way back a whole number is an integer.
 */
import { create } from "@bufbuild/protobuf"
import type { Attributes, AttributeValue } from "../../tracing/SpanData.ts"
import { type AnyValue, AnyValueSchema, type KeyValue, KeyValueSchema } from "./proto/common_pb.ts"

type Scalar = string | number | boolean

const toInteger = (value: bigint): number | bigint =>
  value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value

/** As JSON shows it: integers that a number does not hold are text. */
const toJson = (value: AnyValue | undefined): unknown => {
  const content = value?.value
  switch (content?.case) {
    case "arrayValue":
      return content.value.values.map(toJson)
    case "kvlistValue":
      return Object.fromEntries(content.value.values.map(({ key, value }) => [key, toJson(value)]))
    default: {
      const plain = toPlain(value)
      return typeof plain === "bigint" ? String(plain) : plain
    }
  }
}

const toScalar = (value: AnyValue): Scalar => {
  const plain = toPlain(value)
  return typeof plain === "object" ? JSON.stringify(toJson(value)) : typeof plain === "bigint" ? String(plain) : plain
}

/** No value at all is an empty text. */
const toPlain = (value: AnyValue | undefined): AttributeValue => {
  const content = value?.value
  switch (content?.case) {
    case "stringValue":
    case "boolValue":
    case "doubleValue":
      return content.value
    case "intValue":
      return toInteger(content.value)
    case "bytesValue":
      return Buffer.from(content.value).toString("base64")
    case "arrayValue":
      return content.value.values.map(toScalar)
    case "kvlistValue":
      return JSON.stringify(toJson(value))
    default:
      return ""
  }
}

/** Attributes of a decoded message. */
export const fromKeyValues = (keyValues: ReadonlyArray<KeyValue>): Attributes => {
  const attributes: Record<string, AttributeValue> = {}
  for (const { key, value } of keyValues) {
    // A plain assignment would set the prototype.
    if (key === "__proto__") {
      Object.defineProperty(attributes, key, { value: toPlain(value), enumerable: true, configurable: true })
    } else attributes[key] = toPlain(value)
  }
  return attributes
}

const isAttributeArray = (value: AttributeValue): value is ReadonlyArray<Scalar> => Array.isArray(value)

const toAnyValue = (value: AttributeValue): AnyValue => {
  if (isAttributeArray(value)) {
    return create(AnyValueSchema, { value: { case: "arrayValue", value: { values: value.map(toAnyValue) } } })
  }
  switch (typeof value) {
    case "string":
      return create(AnyValueSchema, { value: { case: "stringValue", value } })
    case "boolean":
      return create(AnyValueSchema, { value: { case: "boolValue", value } })
    case "bigint":
      return create(AnyValueSchema, { value: { case: "intValue", value: BigInt.asIntN(64, value) } })
    default:
      return Number.isSafeInteger(value) && !Object.is(value, -0)
        ? create(AnyValueSchema, { value: { case: "intValue", value: BigInt(value) } })
        : create(AnyValueSchema, { value: { case: "doubleValue", value } })
  }
}

export const toKeyValues = (attributes: Attributes): Array<KeyValue> =>
  Object.entries(attributes).map(([key, value]) => create(KeyValueSchema, { key, value: toAnyValue(value) }))
