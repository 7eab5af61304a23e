/** What is asked of finished spans, and within which bounds they are held. */
import type { AttributeValue } from "../../../domain/tracing/SpanData.ts"

/** Spans that all of these hold for make their trace a result. Times are nanoseconds since the Unix epoch. */
export interface SpanQuery {
  /** A span's own `service.name`, else the service of the process. */
  readonly service?: string
  /** The name of a span. */
  readonly operation?: string
  readonly minDurationNanos?: bigint
  readonly maxDurationNanos?: bigint
  /** The status is `error` (`true`) or is not (`false`). */
  readonly error?: boolean
  /** Equal by their text, so that `"7"` finds the number 7. */
  readonly attributes?: Readonly<Record<string, AttributeValue>>
  /** The span starts at or after this. */
  readonly since?: bigint
  /** The span starts before this. */
  readonly until?: bigint
  /** Traces at most; 20 without. */
  readonly limit?: number
}

export interface TraceSummary {
  readonly traceId: string
  /** The earliest start of its spans. */
  readonly startTime: bigint
  /** To the latest end. */
  readonly durationNanos: bigint
  readonly spans: number
  readonly errors: number
  /** The name of the span without a parent, if it has come. */
  readonly root: string | undefined
}

/** What is held now, and since the start what was taken and what was evicted. */
export interface SpanStoreStats {
  readonly traces: number
  readonly spans: number
  /** An estimate. */
  readonly bytes: number
  readonly acceptedTraces: number
  readonly acceptedSpans: number
  readonly evictedTraces: number
  readonly evictedSpans: number
}

export interface SpanStoreBounds {
  readonly maxSpans: number
  /** Estimated: what the texts and records of a span take. */
  readonly maxBytes: number
  /** Since the first span of a trace came. */
  readonly maxAgeMillis: number
  /** The service of spans that do not name one. */
  readonly service: string
}
