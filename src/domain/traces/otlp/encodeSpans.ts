/** Plain spans as OTLP protobuf: the way of Perigee's own finished spans into the topic `spans`, and of tests. */
import { create, toBinary } from "@bufbuild/protobuf"
import type { Attributes, SpanData } from "../../tracing/SpanData.ts"
import { toKeyValues } from "./attributeValues.ts"
import type { InstrumentationScope } from "./decodeSpan.ts"
import { InstrumentationScopeSchema } from "./proto/common_pb.ts"
import { ResourceSchema } from "./proto/resource_pb.ts"
import { type Span, SpanSchema } from "./proto/trace_pb.ts"
import { ExportTraceServiceRequestSchema } from "./proto/traceService_pb.ts"

const kinds = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 } as const
const codes = { unset: 0, ok: 1, error: 2 } as const

const bytesOf = (hex: string): Uint8Array => Buffer.from(hex, "hex")

/** A span as the library's message. Ids that are not hex come out shorter, and no scan lets them through. */
export const fromSpanData = (span: SpanData): Span =>
  create(SpanSchema, {
    traceId: bytesOf(span.traceId),
    spanId: bytesOf(span.spanId),
    parentSpanId: bytesOf(span.parentSpanId ?? ""),
    traceState: span.traceState ?? "",
    flags: span.flags,
    name: span.name,
    kind: kinds[span.kind],
    startTimeUnixNano: span.startTime,
    endTimeUnixNano: span.endTime,
    attributes: toKeyValues(span.attributes),
    events: span.events.map(({ attributes, name, time }) => ({
      name,
      timeUnixNano: time,
      attributes: toKeyValues(attributes)
    })),
    links: span.links.map(({ attributes, spanId, traceId, traceState }) => ({
      traceId: bytesOf(traceId),
      spanId: bytesOf(spanId),
      traceState: traceState ?? "",
      attributes: toKeyValues(attributes)
    })),
    status: { code: codes[span.status.code], message: span.status.message ?? "" }
  })

/** The bytes of a `Span` message. */
export const encodeSpan = (span: SpanData): Uint8Array => toBinary(SpanSchema, fromSpanData(span))

/** The bytes of a `Resource` message. */
export const encodeResource = (attributes: Attributes): Uint8Array =>
  toBinary(ResourceSchema, create(ResourceSchema, { attributes: toKeyValues(attributes) }))

const scopeMessage = ({ attributes, name, version }: InstrumentationScope) =>
  create(InstrumentationScopeSchema, { name, version, attributes: toKeyValues(attributes) })

/** The bytes of an `InstrumentationScope` message. */
export const encodeScope = (scope: InstrumentationScope): Uint8Array =>
  toBinary(InstrumentationScopeSchema, scopeMessage(scope))

/** An `ExportTraceServiceRequest` of spans of one resource and scope. */
export const encodeSpans = (
  resource: Attributes,
  scope: InstrumentationScope,
  spans: ReadonlyArray<SpanData>
): Uint8Array =>
  toBinary(
    ExportTraceServiceRequestSchema,
    create(ExportTraceServiceRequestSchema, {
      resourceSpans: [{
        resource: { attributes: toKeyValues(resource) },
        scopeSpans: [{ scope: scopeMessage(scope), spans: spans.map(fromSpanData) }]
      }]
    })
  )
