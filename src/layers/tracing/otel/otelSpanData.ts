/** A finished span of the OpenTelemetry SDK as plain data, and our attributes as the SDK takes them. */
import { type Attributes as OtelAttributes, type HrTime, SpanKind, SpanStatusCode } from "@opentelemetry/api"
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base"
import type { Attributes, SpanData } from "../../../domain/tracing/SpanData.ts"
import { attributesOf } from "../store/spanFields.ts"

const nanos = ([seconds, rest]: HrTime): bigint => BigInt(seconds) * 1_000_000_000n + BigInt(rest)

const kinds = {
  [SpanKind.INTERNAL]: "internal",
  [SpanKind.SERVER]: "server",
  [SpanKind.CLIENT]: "client",
  [SpanKind.PRODUCER]: "producer",
  [SpanKind.CONSUMER]: "consumer"
} as const

const codes = {
  [SpanStatusCode.UNSET]: "unset",
  [SpanStatusCode.OK]: "ok",
  [SpanStatusCode.ERROR]: "error"
} as const

export const otelSpanData = (span: ReadableSpan): SpanData => {
  const { spanId, traceFlags, traceId, traceState } = span.spanContext()
  const { code, message } = span.status
  return {
    traceId,
    spanId,
    parentSpanId: span.parentSpanContext?.spanId,
    traceState: traceState?.serialize(),
    // Bits above 8 are OTLP's, not W3C's.
    flags: traceFlags & 0xff,
    name: span.name,
    kind: kinds[span.kind],
    startTime: nanos(span.startTime),
    endTime: nanos(span.endTime),
    status: message === undefined ? { code: codes[code] } : { code: codes[code], message },
    attributes: attributesOf(Object.entries(span.attributes)),
    events: span.events.map(({ attributes, name, time }) => ({
      name,
      time: nanos(time),
      attributes: attributesOf(Object.entries(attributes ?? {}))
    })),
    links: span.links.map(({ attributes, context }) => ({
      traceId: context.traceId,
      spanId: context.spanId,
      traceState: context.traceState?.serialize(),
      attributes: attributesOf(Object.entries(attributes ?? {}))
    }))
  }
}

/** Whole numbers over 2^53 and lists of several kinds, which the SDK does not take, become texts. */
export const toOtelAttributes = (attributes: Attributes): OtelAttributes =>
  Object.fromEntries(
    Object.entries(attributes).map(([key, value]) => [
      key,
      typeof value === "bigint" ? String(value) : typeof value === "object" ? value.map(String) : value
    ])
  )
