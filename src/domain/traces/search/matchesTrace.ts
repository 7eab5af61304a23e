/** Whether a trace is one that a query asks for: see TraceQuery.ts. */
import { attributeText } from "../../tracing/attributeText.ts"
import type { Attributes } from "../../tracing/SpanData.ts"
import { serviceOfSpan, type StoredSpan } from "../StoredSpan.ts"
import type { StoredTraceSummary, TraceQuery } from "../TraceQuery.ts"

const holds = (attributes: Attributes, key: string, text: string): boolean => {
  const value = Object.hasOwn(attributes, key) ? attributes[key] : undefined
  return value !== undefined && attributeText(value) === text
}

/** Of the span itself: service, operation, tags, and that it is an error. */
export const matchesSpan = (span: StoredSpan, { error, operation, service, tags }: TraceQuery): boolean =>
  (service === undefined || serviceOfSpan(span) === service)
  && (operation === undefined || span.name === operation)
  && (error !== true || span.status.code === "error")
  && Object.entries(tags ?? {}).every(([key, text]) =>
    holds(span.attributes, key, text) || holds(span.resource, key, text)
  )

/** Of the trace as a whole: duration, time, and that it has no error. */
export const matchesSummary = (
  { durationNanos, errorCount, start }: Pick<StoredTraceSummary, "durationNanos" | "errorCount" | "start">,
  query: TraceQuery
): boolean =>
  (query.minDurationNanos === undefined || durationNanos >= query.minDurationNanos)
  && (query.maxDurationNanos === undefined || durationNanos <= query.maxDurationNanos)
  && (query.start === undefined || start >= query.start)
  && (query.end === undefined || start < query.end)
  && (query.error !== false || errorCount === 0)

export const matchesTrace = (
  spans: ReadonlyArray<StoredSpan>,
  summary: StoredTraceSummary,
  query: TraceQuery
): boolean => matchesSummary(summary, query) && spans.some((span) => matchesSpan(span, query))
