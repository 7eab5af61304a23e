/** Whether a span is one that a query asks for. */
import type { SpanData } from "../../../domain/tracing/SpanData.ts"
import type { SpanQuery } from "./SpanQuery.ts"

/** The service of a span is its own `service.name`, else `service`. */
export const matches = (span: SpanData, query: SpanQuery, service: string): boolean => {
  const duration = span.endTime - span.startTime
  return (query.service === undefined || String(span.attributes["service.name"] ?? service) === query.service)
    && (query.operation === undefined || span.name === query.operation)
    && (query.minDurationNanos === undefined || duration >= query.minDurationNanos)
    && (query.maxDurationNanos === undefined || duration <= query.maxDurationNanos)
    && (query.since === undefined || span.startTime >= query.since)
    && (query.until === undefined || span.startTime < query.until)
    && (query.error === undefined || (span.status.code === "error") === query.error)
    && Object.entries(query.attributes ?? {}).every(([key, value]) => {
      const own = Object.hasOwn(span.attributes, key) ? span.attributes[key] : undefined
      return own !== undefined && String(own) === String(value)
    })
}
