/**
 * Attributes cut down to limits, and those that nobody may see blotted out, in a decoded request. In place: the request is the caller's own.
 *
 * A key or text that is too long ends at the last whole character within the limit; an array or list keeps its first elements; of too many
 * attributes the first stay, and the holder's count of dropped ones tells the rest.
 */
import { toBinary } from "@bufbuild/protobuf"
import { type AnyValue, AnyValueSchema, type KeyValue, KeyValueSchema } from "./proto/common_pb.ts"
import type { ExportTraceServiceRequest } from "./proto/traceService_pb.ts"
import type { WatchedKeys } from "./WatchedKeys.ts"

/** Lengths are bytes of UTF-8; of an array or list, those of its encoding. */
export interface AttributeLimits {
  readonly attributes: number
  readonly keyBytes: number
  readonly valueBytes: number
}

/** OpenTelemetry's usual number, and the specification of this backend. */
export const defaultAttributeLimits: AttributeLimits = { attributes: 128, keyBytes: 256, valueBytes: 4096 }

/** What stands for a value that is not to be seen. */
export const redactedValue = "[redacted]"

/** How many attributes were touched; one that was dropped counts as truncated. */
export interface LimitedAttributes {
  readonly truncated: number
  readonly redacted: number
}

interface Holder {
  attributes: Array<KeyValue>
  droppedAttributesCount: number
}

/** The text's first bytes, as many as may be, without a part of a character. */
const cutText = (text: string, bytes: number): string => {
  const encoded = Buffer.from(text)
  let end = bytes
  while (end > 0 && ((encoded[end] ?? 0) & 0xc0) === 0x80) end--
  return encoded.toString("utf8", 0, end)
}

const tooLong = (text: string, bytes: number): boolean =>
  text.length > bytes || (text.length * 3 > bytes && Buffer.byteLength(text) > bytes)

/** The first elements whose encodings, each with its tag and length, fit. */
const fitting = <A>(elements: ReadonlyArray<A>, bytes: number, encoded: (element: A) => Uint8Array): Array<A> => {
  let size = 0
  const end = elements.findIndex((element) => {
    size += encoded(element).length + 6
    return size > bytes
  })
  return elements.slice(0, end < 0 ? elements.length : end)
}

export const limitAttributes = (
  request: ExportTraceServiceRequest,
  limits: AttributeLimits,
  redacted: WatchedKeys
): LimitedAttributes => {
  const counts = { truncated: 0, redacted: 0 }

  /** Whether something was cut. */
  const limitValue = (value: AnyValue): boolean => {
    const content = value.value
    const most = limits.valueBytes
    switch (content.case) {
      case "stringValue":
        if (!tooLong(content.value, most)) return false
        content.value = cutText(content.value, most)
        return true
      case "bytesValue":
        if (content.value.length <= most) return false
        content.value = content.value.slice(0, most)
        return true
      case "arrayValue": {
        const { values } = content.value
        content.value.values = fitting(values, most, (each) => toBinary(AnyValueSchema, each))
        return content.value.values.length < values.length
      }
      case "kvlistValue": {
        const { values } = content.value
        content.value.values = fitting(values, most, (each) => toBinary(KeyValueSchema, each))
        return content.value.values.length < values.length
      }
      default:
        return false
    }
  }

  /** A watched attribute's value, or those of the watched ones inside it. */
  const redact = (attribute: KeyValue): void => {
    if (attribute.value === undefined) return
    if (redacted.hasText(attribute.key)) {
      counts.redacted++
      attribute.value.value = { case: "stringValue", value: redactedValue }
    } else redactInside(attribute.value)
  }

  const redactInside = ({ value }: AnyValue): void => {
    if (value.case === "kvlistValue") { for (const each of value.value.values) redact(each) }
    if (value.case === "arrayValue") { for (const each of value.value.values) redactInside(each) }
  }

  const limit = (holder: Holder): void => {
    const over = holder.attributes.length - limits.attributes
    if (over > 0) {
      holder.attributes = holder.attributes.slice(0, limits.attributes)
      holder.droppedAttributesCount = Math.min(0xffffffff, holder.droppedAttributesCount + over)
      counts.truncated += over
    }
    for (const attribute of holder.attributes) {
      redact(attribute)
      let cut = attribute.value !== undefined && limitValue(attribute.value)
      if (tooLong(attribute.key, limits.keyBytes)) {
        attribute.key = cutText(attribute.key, limits.keyBytes)
        cut = true
      }
      if (cut) counts.truncated++
    }
  }

  for (const { resource, scopeSpans } of request.resourceSpans) {
    if (resource !== undefined) limit(resource)
    for (const { scope, spans } of scopeSpans) {
      if (scope !== undefined) limit(scope)
      for (const span of spans) {
        limit(span)
        for (const event of span.events) limit(event)
        for (const link of span.links) limit(link)
      }
    }
  }
  return counts
}
