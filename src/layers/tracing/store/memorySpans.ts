/**
 * The spans of a {@link SpanStore} in memory, by trace in the order in which the traces came, most of them packed in {@link SpanPages}.
 *
 * Cost of a span: a look-up, an estimate of its size, and the writing of some 90 bytes. Evicting is by whole traces from the oldest on. A search reads
 * the traces that have the operation; without one it reads all.
 */
import type { SpanData } from "../../../domain/tracing/SpanData.ts"
import { SpanPages } from "./SpanPages.ts"
import { matches } from "./spanQuery.ts"
import type { SpanQuery, SpanStoreBounds, SpanStoreStats, TraceSummary } from "./SpanStore.ts"

interface StoredTrace {
  readonly traceId: string
  /** Positions of packed spans, and those that are not packed. */
  readonly spans: Array<number | SpanData>
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

/** Spans that wait to be packed together: one at a time, between work of other kinds, each would find caches cold and take several times as long. */
const most = 256
const mostWaitMillis = 100

export const makeMemorySpans = (bounds: SpanStoreBounds, now: () => number) => {
  const traces = new Map<string, StoredTrace>()
  const pages = new SpanPages()
  let [spans, bytes] = [0, 0]
  let [acceptedTraces, acceptedSpans, evictedTraces, evictedSpans] = [0, 0, 0, 0]

  // In the order in which they came, the oldest at `head`. The map keeps that order too, but to find its first entry costs a walk over
  // all that were deleted.
  let order: Array<StoredTrace> = []
  let head = 0

  let waiting: Array<SpanData> = []
  let waitingSince = 0

  /** Evicts the oldest trace. */
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
    for (const span of trace.spans) if (typeof span === "number") pages.release(span)
  }

  const evictOld = (time: number): void => {
    for (let oldest = order[head]; oldest !== undefined; oldest = order[head]) {
      if (oldest.arrival >= time - bounds.maxAgeMillis) return
      evict(oldest)
    }
  }

  const open = (traceId: string, arrival: number): StoredTrace => {
    const trace: StoredTrace = { traceId, spans: [], arrival, bytes: 0 }
    traces.set(traceId, trace)
    order.push(trace)
    acceptedTraces++
    return trace
  }

  const spansOf = ({ spans, traceId }: StoredTrace): ReadonlyArray<SpanData> =>
    spans.flatMap((span) => typeof span === "number" ? pages.read(span, traceId) ?? [] : [span])

  const take = (span: SpanData, arrival: number): void => {
    const trace = traces.get(span.traceId) ?? open(span.traceId, arrival)
    const size = estimateBytes(span)
    trace.spans.push(pages.put(span) ?? span)
    trace.bytes += size
    spans++
    bytes += size
    acceptedSpans++
    while (spans > bounds.maxSpans || bytes > bounds.maxBytes) {
      const oldest = order[head]
      if (oldest === undefined) return
      evict(oldest)
    }
  }

  const packWaiting = (): void => {
    const spans = waiting
    waiting = []
    for (const span of spans) take(span, waitingSince)
  }

  /** Before anybody looks. */
  const settle = (): void => {
    packWaiting()
    evictOld(now())
  }

  const search = (query: SpanQuery): ReadonlyArray<TraceSummary> => {
    settle()
    const { operation } = query
    const has = (trace: StoredTrace): boolean =>
      operation === undefined
      || trace.spans.some((span) => (typeof span === "number" ? pages.nameAt(span) : span.name) === operation)
    const found: Array<TraceSummary> = []
    for (const trace of traces.values()) {
      if (!has(trace)) continue
      const read = spansOf(trace)
      if (read.some((span) => matches(span, query, bounds.service))) found.push(summaryOf(trace.traceId, read))
    }
    return found
      .sort((a, b) => a.startTime > b.startTime ? -1 : a.startTime < b.startTime ? 1 : 0)
      .slice(0, query.limit ?? defaultLimit)
  }

  return {
    offer: (offered: ReadonlyArray<SpanData>): void => {
      const time = now()
      if (waiting.length >= most || time - waitingSince > mostWaitMillis) {
        packWaiting()
        evictOld(time)
        waitingSince = time
      }
      for (const span of offered) waiting.push(span)
    },
    trace: (traceId: string): ReadonlyArray<SpanData> => {
      settle()
      const trace = traces.get(traceId)
      return trace === undefined ? [] : spansOf(trace).toSorted((a, b) => Number(a.startTime - b.startTime))
    },
    search,
    stats: (): SpanStoreStats => {
      settle()
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
