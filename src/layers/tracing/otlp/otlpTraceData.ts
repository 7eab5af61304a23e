/** Finished spans as OTLP's trace data, for Effect's JSON and protobuf writers. */
import { OtlpResource, type OtlpSerialization } from "effect/observability"
import type { Attributes, SpanData } from "../../../domain/tracing/SpanData.ts"

type TraceData = Parameters<OtlpSerialization.OtlpSerialization["Service"]["traces"]>[0]

const kinds = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 } as const
const codes = { unset: 0, ok: 1, error: 2 } as const

export const keyValues = (attributes: Attributes) => OtlpResource.entriesToAttributes(Object.entries(attributes))

/** One span. Enums are numbers, ids hex, times decimal texts: as OTLP's JSON has them. */
export const toOtlpSpan = (span: SpanData) => ({
  traceId: span.traceId,
  spanId: span.spanId,
  parentSpanId: span.parentSpanId,
  ...(span.traceState === undefined ? undefined : { traceState: span.traceState }),
  flags: span.flags,
  name: span.name,
  kind: kinds[span.kind],
  startTimeUnixNano: String(span.startTime),
  endTimeUnixNano: String(span.endTime),
  attributes: keyValues(span.attributes),
  droppedAttributesCount: 0,
  events: span.events.map(({ attributes, name, time }) => ({
    name,
    timeUnixNano: String(time),
    attributes: keyValues(attributes),
    droppedAttributesCount: 0
  })),
  droppedEventsCount: 0,
  links: span.links.map(({ attributes, spanId, traceId, traceState }) => ({
    traceId,
    spanId,
    ...(traceState === undefined ? undefined : { traceState }),
    attributes: keyValues(attributes),
    droppedAttributesCount: 0
  })),
  droppedLinksCount: 0,
  status: span.status.message === undefined
    ? { code: codes[span.status.code] }
    : { code: codes[span.status.code], message: span.status.message }
})

/** One request's worth: the spans of one process under its resource. */
export const toTraceData = (resource: Attributes, version: string, spans: ReadonlyArray<SpanData>): TraceData => ({
  resourceSpans: [{
    resource: { attributes: keyValues(resource), droppedAttributesCount: 0 },
    scopeSpans: [{ scope: { name: "perigee", version }, spans: spans.map(toOtlpSpan) }]
  }]
})
