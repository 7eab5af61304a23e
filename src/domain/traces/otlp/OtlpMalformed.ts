/** Bytes that are no OTLP trace data, and where they stop being it. */
import { Schema } from "effect"

/**
 * - `Truncated`: a field ends after the message that holds it.
 * - `Tag`: a field number or wire type that protobuf does not have; `WireType`: a field of OTLP in another field's clothes.
 * - `Varint`: more than ten bytes. - `Utf8`: text that is not. - `Depth`: nested deeper than 100 messages.
 * - `Encoding`: compressed bytes that cannot be unpacked. - `Json`: no JSON of OTLP. - `TooManySpans`: more than one scan holds.
 */
export const OtlpMalformedReason = Schema.Literals([
  "Truncated",
  "Tag",
  "WireType",
  "Varint",
  "Utf8",
  "Depth",
  "Encoding",
  "Json",
  "TooManySpans"
])

export type OtlpMalformedReason = typeof OtlpMalformedReason.Type

export class OtlpMalformed extends Schema.TaggedError<OtlpMalformed>()("OtlpMalformed", {
  reason: OtlpMalformedReason,
  message: Schema.String,
  /** Of the first byte that cannot be read, from the beginning of what was given. */
  offset: Schema.Int
}) {}
