/**
 * One span, resource or scope of OTLP protobuf as plain data, for everything that is not hot. The bytes are those of the message alone,
 * as the places of a scan tell them; a view is enough, nothing of it is kept.
 *
 * What is not in {@link SpanData} is lost here: counts of dropped attributes, events and links, schema URLs, unknown fields.
 */
import { type DescMessage, fromBinary, type MessageShape } from "@bufbuild/protobuf"
import { Result } from "effect"
import type { Attributes, SpanData, SpanKind, SpanStatus } from "../../tracing/SpanData.ts"
import { fromKeyValues } from "./attributeValues.ts"
import { OtlpMalformed } from "./OtlpMalformed.ts"
import { InstrumentationScopeSchema } from "./proto/common_pb.ts"
import { ResourceSchema } from "./proto/resource_pb.ts"
import { type Span, SpanSchema } from "./proto/trace_pb.ts"

/** What made a span: a library's name and version. */
export interface InstrumentationScope {
  readonly name: string
  readonly version: string
  readonly attributes: Attributes
}

const kinds: Readonly<Record<number, SpanKind>> = {
  1: "internal",
  2: "server",
  3: "client",
  4: "producer",
  5: "consumer"
}
const codes: Readonly<Record<number, SpanStatus["code"]>> = { 0: "unset", 1: "ok", 2: "error" }

const hex = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("hex")

/** Effect's error for whatever the library throws. */
export const decoded = <D extends DescMessage>(
  schema: D,
  bytes: Uint8Array
): Result.Result<MessageShape<D>, OtlpMalformed> =>
  Result.try({
    try: () => fromBinary(schema, bytes, { readUnknownFields: false }),
    catch: (cause) =>
      new OtlpMalformed({
        reason: "Truncated",
        message: `no ${schema.typeName}: ${cause instanceof Error ? cause.message : String(cause)}`,
        offset: 0
      })
  })

/** A decoded span. An id of the wrong length stays as it is; a scan lets none through. A parent of zeros is none. */
export const toSpanData = (span: Span): SpanData => {
  const parent = hex(span.parentSpanId)
  const message = span.status?.message ?? ""
  const code = codes[span.status?.code ?? 0] ?? "unset"
  return {
    traceId: hex(span.traceId),
    spanId: hex(span.spanId),
    parentSpanId: /[^0]/.test(parent) ? parent : undefined,
    traceState: span.traceState === "" ? undefined : span.traceState,
    flags: span.flags,
    name: span.name,
    kind: kinds[span.kind] ?? "internal",
    startTime: span.startTimeUnixNano,
    endTime: span.endTimeUnixNano,
    status: message === "" ? { code } : { code, message },
    attributes: fromKeyValues(span.attributes),
    events: span.events.map(({ attributes, name, timeUnixNano }) => ({
      name,
      time: timeUnixNano,
      attributes: fromKeyValues(attributes)
    })),
    links: span.links.map(({ attributes, spanId, traceId, traceState }) => ({
      traceId: hex(traceId),
      spanId: hex(spanId),
      traceState: traceState === "" ? undefined : traceState,
      attributes: fromKeyValues(attributes)
    }))
  }
}

/** The bytes of a `Span` message. */
export const decodeSpan = (bytes: Uint8Array): Result.Result<SpanData, OtlpMalformed> =>
  Result.map(decoded(SpanSchema, bytes), toSpanData)

/** The attributes in the bytes of a `Resource` message; none for no bytes. */
export const decodeResource = (bytes: Uint8Array): Result.Result<Attributes, OtlpMalformed> =>
  Result.map(decoded(ResourceSchema, bytes), ({ attributes }) => fromKeyValues(attributes))

/** The bytes of an `InstrumentationScope` message; empty texts for no bytes. */
export const decodeScope = (bytes: Uint8Array): Result.Result<InstrumentationScope, OtlpMalformed> =>
  Result.map(decoded(InstrumentationScopeSchema, bytes), ({ attributes, name, version }) => ({
    name,
    version,
    attributes: fromKeyValues(attributes)
  }))
