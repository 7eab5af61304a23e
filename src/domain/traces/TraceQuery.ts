/**
 * What is asked of stored traces, and what is answered. Times and durations are nanoseconds, times since the Unix epoch.
 *
 * A trace is found by a span: one span must have the service, the operation, the tags and the error asked for, all at once. Duration and time are
 * those of the whole trace, as its line in the results shows them.
 */

export const defaultTraceLimit = 20
export const mostTraces = 1000

export interface TraceQuery {
  readonly service?: string | undefined
  /** The name of a span. */
  readonly operation?: string | undefined
  /** Attributes of the span or of its resource, compared as texts (`attributeText`). */
  readonly tags?: Readonly<Record<string, string>> | undefined
  /** A span's status is `error` (true); no span's is (false). */
  readonly error?: boolean | undefined
  readonly minDurationNanos?: bigint | undefined
  readonly maxDurationNanos?: bigint | undefined
  /** The trace starts at or after this. */
  readonly start?: bigint | undefined
  /** The trace starts before this. */
  readonly end?: bigint | undefined
  /** Most traces in one answer: {@link defaultTraceLimit} without, {@link mostTraces} at most. */
  readonly limit?: number | undefined
  /** `next` of the answer before. */
  readonly page?: string | undefined
}

/** One line of the results. */
export interface StoredTraceSummary {
  readonly traceId: string
  readonly rootService: string
  /** Of the span without a parent, else of the first to start. */
  readonly rootName: string
  readonly start: bigint
  readonly durationNanos: bigint
  readonly spanCount: number
  readonly errorCount: number
  /** Of all its spans, in order of name. */
  readonly services: ReadonlyArray<string>
}

export interface TracePage {
  /** Newest start first; of one start by id. */
  readonly traces: ReadonlyArray<StoredTraceSummary>
  /** What to ask for the rest with; `undefined` after the last. */
  readonly next: string | undefined
}

/** From `start` to before `end`. */
export interface TimeWindow {
  readonly start: bigint
  readonly end: bigint
}

/** Spans of a service that other services or nobody called: kinds server and consumer, and roots. */
export interface ServiceMetrics {
  readonly service: string
  readonly count: number
  readonly errors: number
  /** `undefined` where nothing was counted. Within 1 % of the exact ones. */
  readonly p50Nanos: bigint | undefined
  readonly p95Nanos: bigint | undefined
  readonly p99Nanos: bigint | undefined
  readonly p999Nanos: bigint | undefined
}

/** Calls from one service to another. */
export interface ServiceDependency {
  readonly parent: string
  readonly child: string
  readonly calls: number
  /** Of those, calls whose called span has an error. */
  readonly errors: number
}

export interface Operation {
  readonly name: string
  /** `internal` where the sender said nothing. */
  readonly kind: "internal" | "server" | "client" | "producer" | "consumer"
}

/** A span of another trace that links to a span of the one asked for. */
export interface BackLink {
  readonly traceId: string
  readonly spanId: string
  /** The span that is linked to. */
  readonly targetSpanId: string
}
