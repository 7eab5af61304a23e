/**
 * The spans of a {@link SpanStore} in memory, by trace in the order in which the traces came.
 *
 * State: the spans as they came, bounded by their number, by an estimate of their bytes, and by age; over a bound the oldest traces go, whole. Cost of a
 * span: a look-up and the estimate. A search reads all.
 */
import type { SpanData } from "../../../domain/tracing/SpanData.ts"
import { matches } from "./matchesQuery.ts"
import type { SpanQuery, SpanStoreBounds, SpanStoreStats, TraceSummary } from "./SpanQuery.ts"

interface StoredTrace {
  readonly traceId: string
  readonly spans: Array<SpanData>
  /** Clock milliseconds of its first span's arrival. */
  readonly arrival: number
  bytes: number
}

/** The record itself, its ids and times; then the texts, and a slot for each value. */
const spanBytes = 320
const slotBytes = 24

/** About what a span takes in memory. Keys are mostly shared and count as slots. */
export const estimateBytes = (span: SpanData): number => {
  let bytes = spanBytes + (span.status.message?.length ?? 0) + attributeBytes(span.attributes)
  for (const { attributes, name } of span.events) bytes += 2 * slotBytes + name.length + attributeBytes(attributes)
  for (const { attributes } of span.links) bytes += 6 * slotBytes + attributeBytes(attributes)
  return bytes
}

const attributeBytes = (attributes: SpanData["attributes"]): number => {
  let bytes = 0
  for (const key in attributes) {
    const value = attributes[key]
    bytes += slotBytes
    if (typeof value === "string") bytes += value.length
    else if (typeof value === "object") {
      for (const item of value) bytes += typeof item === "string" ? slotBytes + item.length : slotBytes
    }
  }
  return bytes
}

const defaultLimit = 20

export const makeMemorySpans = (bounds: SpanStoreBounds, now: () => number) => {
  const traces = new Map<string, StoredTrace>()
  let [spans, bytes] = [0, 0]
  let [acceptedTraces, acceptedSpans, evictedTraces, evictedSpans] = [0, 0, 0, 0]

  // In the order in which they came, the oldest at `head`. The map keeps that order too, but to find its first entry costs a walk over
  // all that were deleted.
  let order: Array<StoredTrace> = []
  let head = 0

  const evict = (trace: StoredTrace): void => {
    head++
    if (head > 1024 && head * 2 > order.length) {
      order = order.slice(head)
      head = 0
    }
    traces.delete(trace.traceId)
    spans -= trace.spans.length
    bytes -= trace.bytes
    evictedTraces++
    evictedSpans += trace.spans.length
  }

  /** Evicts the oldest traces while there are too many spans or bytes, or the oldest came before `since`. */
  const keepBounds = (since: number): void => {
    for (let oldest = order[head]; oldest !== undefined; oldest = order[head]) {
      if (spans <= bounds.maxSpans && bytes <= bounds.maxBytes && oldest.arrival >= since) return
      evict(oldest)
    }
  }
  const forgetOld = (): void => keepBounds(now() - bounds.maxAgeMillis)

  const open = (traceId: string, arrival: number): StoredTrace => {
    const trace: StoredTrace = { traceId, spans: [], arrival, bytes: 0 }
    traces.set(traceId, trace)
    order.push(trace)
    acceptedTraces++
    return trace
  }

  return {
    offer: (offered: ReadonlyArray<SpanData>): void => {
      const time = now()
      for (const span of offered) {
        const trace = traces.get(span.traceId) ?? open(span.traceId, time)
        const size = estimateBytes(span)
        trace.spans.push(span)
        trace.bytes += size
        spans++
        bytes += size
        acceptedSpans++
        keepBounds(time - bounds.maxAgeMillis)
      }
    },
    trace: (traceId: string): ReadonlyArray<SpanData> => {
      forgetOld()
      return traces.get(traceId)?.spans.toSorted((a, b) => Number(a.startTime - b.startTime)) ?? []
    },
    search: (query: SpanQuery): ReadonlyArray<TraceSummary> => {
      forgetOld()
      return Array.from(traces.values())
        .filter(({ spans }) => spans.some((span) => matches(span, query, bounds.service)))
        .map(({ spans, traceId }) => summaryOf(traceId, spans))
        .sort((a, b) => a.startTime > b.startTime ? -1 : a.startTime < b.startTime ? 1 : 0)
        .slice(0, query.limit ?? defaultLimit)
    },
    stats: (): SpanStoreStats => {
      forgetOld()
      return { traces: traces.size, spans, bytes, acceptedTraces, acceptedSpans, evictedTraces, evictedSpans }
    }
  }
}

const summaryOf = (traceId: string, spans: ReadonlyArray<SpanData>): TraceSummary => {
  let startTime = spans[0]?.startTime ?? 0n
  let endTime = startTime
  for (const span of spans) {
    if (span.startTime < startTime) startTime = span.startTime
    if (span.endTime > endTime) endTime = span.endTime
  }
  return {
    traceId,
    startTime,
    durationNanos: endTime - startTime,
    spans: spans.length,
    errors: spans.filter(({ status }) => status.code === "error").length,
    root: spans.find(({ parentSpanId }) => parentSpanId === undefined)?.name
  }
}
