/**
 * Stored traces in memory, decoded.
 *
 * State: the spans, bounded by an estimate of their bytes; over it the traces that were written first go, whole, with their decisions. Decisions of dropped traces are
 * bounded by number. A search looks at every trace.
 */
import { Result } from "effect"
import { spanBytes } from "../../../domain/sampling/tail/TraceSummary.ts"
import { makeSpanDecoder } from "../../../domain/traces/otlp/decodeStored.ts"
import type { OtlpMalformed } from "../../../domain/traces/otlp/OtlpMalformed.ts"
import { metricsOf } from "../../../domain/traces/search/quantiles.ts"
import { searchTraces } from "../../../domain/traces/search/searchTraces.ts"
import { summarizeTrace } from "../../../domain/traces/search/summarizeTrace.ts"
import { addCalls, serviceCalls } from "../../../domain/traces/serviceCalls.ts"
import { serviceOfSpan, type StoredSpan } from "../../../domain/traces/StoredSpan.ts"
import type {
  BackLink,
  Operation,
  StoredTraceSummary,
  TimeWindow,
  TraceQuery
} from "../../../domain/traces/TraceQuery.ts"
import type { TraceDecision, TraceRecord } from "../../../domain/traces/TraceRecord.ts"
import type { TraceRetention, TraceWrite } from "./TraceStore.ts"

interface Held {
  record: TraceRecord
  summary: StoredTraceSummary
  bytes: number
}

const mostDecisions = 100_000
const mostBackLinks = 100

const contentOf = (span: StoredSpan): string =>
  JSON.stringify(span, (_, value) => typeof value === "bigint" ? `${value}n` : value)

/** Those not there yet: equal ones count once. */
const added = (held: ReadonlyArray<StoredSpan>, more: ReadonlyArray<StoredSpan>): ReadonlyArray<StoredSpan> => {
  const contents = new Map<string, Array<string>>()
  const spans: Array<StoredSpan> = []
  for (const span of [...held, ...more]) {
    const key = `${span.spanId} ${span.kind}`
    const before = contents.get(key)
    const content = contentOf(span)
    if (before?.includes(content) === true) continue
    if (before === undefined) contents.set(key, [content])
    else before.push(content)
    spans.push(span)
  }
  return spans
}

export const makeMemoryTraces = (maxBytes: number) => {
  const traces = new Map<string, Held>()
  const dropped = new Map<string, { readonly revision: number; readonly decision: TraceDecision }>()
  let bytes = 0

  const remove = (traceId: string): void => {
    bytes -= traces.get(traceId)?.bytes ?? 0
    traces.delete(traceId)
  }

  const evict = (limit: number): number => {
    let gone = 0
    for (const traceId of traces.keys()) {
      if (bytes <= limit) break
      remove(traceId)
      gone++
    }
    return gone
  }

  const drop = ({ decision, revision, traceId }: TraceWrite): void => {
    if (revision < (dropped.get(traceId)?.revision ?? 0)) return
    dropped.delete(traceId)
    dropped.set(traceId, { decision, revision })
    for (const oldest of dropped.keys()) {
      if (dropped.size <= mostDecisions) break
      dropped.delete(oldest)
    }
  }

  const put = (write: TraceWrite, decoded: ReadonlyArray<StoredSpan>): void => {
    const { completion, decision, revision, traceId } = write
    const held = traces.get(traceId)
    const spans = added(held?.record.spans ?? [], decoded)
    const summary = summarizeTrace(spans)
    if (summary === undefined) return
    const newer = held === undefined || revision >= held.record.revision
    const size = spans.reduce((sum, span) => sum + spanBytes(span), 0)
    remove(traceId)
    bytes += size
    traces.set(traceId, {
      record: newer ? { traceId, revision, decision, completion, spans } : { ...held.record, spans },
      summary,
      bytes: size
    })
  }

  const spansIn = function*(): Generator<StoredSpan> {
    for (const { record } of traces.values()) yield* record.spans
  }

  return {
    /** All or nothing: a span that cannot be decoded refuses the whole write. */
    write: (writes: ReadonlyArray<TraceWrite>): Result.Result<void, OtlpMalformed> =>
      Result.gen(function*() {
        const decode = makeSpanDecoder()
        const ready: Array<readonly [TraceWrite, ReadonlyArray<StoredSpan>]> = []
        for (const write of writes) ready.push([write, yield* Result.all(write.parts.map(decode))])
        for (const [write, spans] of ready) {
          if (write.decision.keep) put(write, spans)
          else drop(write)
        }
        evict(maxBytes)
      }),
    retain: ({ before, maxBytes: limit = Infinity }: TraceRetention): number => {
      let gone = 0
      for (const [traceId, { summary }] of traces) {
        if (before === undefined || summary.start + summary.durationNanos >= before) continue
        remove(traceId)
        gone++
      }
      return gone + evict(limit)
    },
    trace: (traceId: string): TraceRecord | undefined => traces.get(traceId)?.record,
    search: (query: TraceQuery) =>
      searchTraces(
        Iterator.from(traces.values()).map(({ record, summary }) => ({ spans: record.spans, summary })),
        query
      ),
    services: (): ReadonlyArray<string> => Array.from(new Set(Iterator.from(spansIn()).map(serviceOfSpan))).sort(),
    operations: (service: string): ReadonlyArray<Operation> => {
      const found = new Map<string, Operation>()
      for (const span of spansIn()) {
        if (serviceOfSpan(span) === service) {
          found.set(`${span.name} ${span.kind}`, { name: span.name, kind: span.kind })
        }
      }
      return Array.from(found.values()).sort((a, b) =>
        a.name < b.name ? -1 : a.name > b.name ? 1 : a.kind < b.kind ? -1 : 1
      )
    },
    serviceMetrics: (service: string, window: TimeWindow) => metricsOf(service, window, spansIn()),
    dependencies: ({ end, start }: TimeWindow) =>
      addCalls(
        Iterator.from(traces.values()).filter(({ summary }) => summary.start >= start && summary.start < end)
          .flatMap(({ record }) => serviceCalls(record.spans))
      ),
    decision: (traceId: string): TraceDecision | undefined =>
      traces.get(traceId)?.record.decision ?? dropped.get(traceId)?.decision,
    linkedFrom: (traceId: string): ReadonlyArray<BackLink> => {
      const found: Array<BackLink> = []
      for (const span of spansIn()) {
        if (span.traceId === traceId) continue
        for (const link of span.links) {
          if (link.traceId !== traceId) continue
          if (found.length === mostBackLinks) return found
          found.push({ traceId: span.traceId, spanId: span.spanId, targetSpanId: link.spanId })
        }
      }
      return found
    },
    stats: () => ({
      traces: traces.size,
      spans: Iterator.from(traces.values()).reduce((sum, { summary }) => sum + summary.spanCount, 0),
      bytes
    })
  }
}
