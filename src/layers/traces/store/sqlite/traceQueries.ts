/** Answers from the files of a store. Long searches let others have their turn every few blocks. */
import { Effect, Option } from "effect"
import { byNewest, formatPage } from "../../../../domain/traces/search/pageToken.ts"
import { addCalls } from "../../../../domain/traces/serviceCalls.ts"
import {
  type BackLink,
  defaultTraceLimit,
  mostTraces,
  type Operation,
  type StoredTraceSummary,
  type TimeWindow,
  type TraceQuery
} from "../../../../domain/traces/TraceQuery.ts"
import { pagePlace } from "../pagePlace.ts"
import type { TraceReads, TraceStoreError } from "../TraceStore.ts"
import { BlockCursor } from "./BlockCursor.ts"
import { hourNanos } from "./Calls.ts"
import type { FramedTrace } from "./frames.ts"
import { decodeTrace, mergeTraces } from "./mergeTraces.ts"
import { queryOf, searchBlock } from "./searchBlock.ts"
import { spanColumn, spanFlag, traceColumn } from "./TraceColumns.ts"
import { hashOfTrace } from "./traceFileRows.ts"
import { bytesOf, type OpenFile } from "./TraceFiles.ts"
import { traceStoreError } from "./traceStoreError.ts"

/** Moments are rounded to 256 ns. */
const slack = 1000

/** Blocks that are looked at in one turn. */
const blocksInTurn = 8

const mostBackLinks = 100

type Files = Effect.Effect<ReadonlyArray<OpenFile>, TraceStoreError>

const kindNames = ["internal", "internal", "server", "client", "producer", "consumer"] as const

/** The smallest that at least this share of them does not exceed. */
const quantile = (sorted: Float64Array, share: number): number | undefined =>
  sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)]

const compareTexts = (a: string, b: string): number => a < b ? -1 : a > b ? 1 : 0

export const framedTrace = (files: ReadonlyArray<OpenFile>, traceId: string): FramedTrace | undefined =>
  mergeTraces(
    files.flatMap(({ traces }) =>
      traces.find(traceId).filter(({ block, place }) =>
        traces.columns(block).traceTime(place, traceColumn.end) >= traces.horizon
      )
        .map((place) => traces.trace(place))
    )
  )

/** Whether a span is work that its service was asked for, or began by itself. */
const isEntry = (flags: number): boolean => {
  const kind = flags >>> spanFlag.kindShift
  return (flags & spanFlag.root) !== 0 || kind === 2 || kind === 5
}

const operationsOf = (files: ReadonlyArray<OpenFile>) =>
  files.flatMap(({ traces }) =>
    traces.operations().map(([service, operation, kind]) => ({
      service: traces.names.text(service),
      name: traces.names.text(operation),
      kind: kindNames[kind] ?? "internal"
    }))
  )

export const makeTraceQueries = (current: Files): TraceReads => {
  const answer = <A>(body: (files: ReadonlyArray<OpenFile>) => A): Effect.Effect<A, TraceStoreError> =>
    Effect.flatMap(
      current,
      (files) => Effect.try({ try: () => body(files), catch: traceStoreError(files.at(-1)?.path ?? "the store") })
    )

  const search = Effect.fn("TraceStore.search")(function*(query: TraceQuery) {
    const files = yield* current
    const page = yield* pagePlace(query)
    const limit = Math.max(1, Math.min(mostTraces, Math.floor(query.limit ?? defaultTraceLimit)))
    const { end, maxDurationNanos, minDurationNanos, start } = query
    const before = page === undefined ? end : end === undefined || page.start < end ? page.start + 1n : end
    const fits = (from: bigint, duration: bigint): boolean =>
      (start === undefined || from >= start) && (before === undefined || from < before)
      && (minDurationNanos === undefined || duration >= minDurationNanos)
      && (maxDurationNanos === undefined || duration <= maxDurationNanos)
    const attempt = <A>(body: () => A): Effect.Effect<A, TraceStoreError> =>
      Effect.try({ try: body, catch: traceStoreError(files.at(-1)?.path ?? "the store") })

    const queries = files.flatMap(({ traces }) => queryOf(traces, query, fits) ?? [])
    const cursor = yield* attempt(() => new BlockCursor(queries))
    const found = new Map<string, StoredTraceSummary>()
    let best: ReadonlyArray<StoredTraceSummary> = []
    /** Looks at the next block; true when nothing more can be of use. */
    const step = (): boolean => {
      const next = cursor.next()
      if (next === undefined) return true
      const { newest } = next.row
      if (start !== undefined && newest + slack < Number(start)) return true
      const worst = best.length > limit ? best.at(-1) : undefined
      if (worst !== undefined && newest + slack < Number(worst.start)) return true
      const { errors, longest, oldest } = next.row
      if (before !== undefined && oldest - slack > Number(before)) return false
      if (minDurationNanos !== undefined && longest < Number(minDurationNanos) - slack) return false
      if (query.error === true && errors === 0) return false
      if (!next.query.file.mayHold(next.row.block, next.query.hashes)) return false
      for (const summary of searchBlock(next.query, next.row.block)) {
        if (page === undefined || byNewest(page, summary) < 0) found.set(summary.traceId, summary)
      }
      best = Array.from(found.values()).sort(byNewest).slice(0, limit + 1)
      if (found.size > 4 * limit + 64) {
        found.clear()
        for (const summary of best) found.set(summary.traceId, summary)
      }
      return false
    }
    const turn = (): boolean => {
      for (let i = 0; i < blocksInTurn; i++) if (step()) return true
      return false
    }
    while (!(yield* attempt(turn))) yield* Effect.yieldNow
    const traces = best.slice(0, limit)
    const last = traces.at(-1)
    return { traces, next: best.length > limit && last !== undefined ? formatPage(last) : undefined }
  })

  const serviceMetrics = Effect.fn("TraceStore.serviceMetrics")(function*(service: string, window: TimeWindow) {
    const files = yield* current
    const lengths: Array<number> = []
    let errors = 0
    const count = (file: OpenFile["traces"], id: number, block: number): void => {
      const columns = file.columns(block)
      for (let trace = 0; trace < columns.traces; trace++) {
        if (file.isSuperseded(block, trace) || columns.traceTime(trace, traceColumn.end) < file.horizon) continue
        for (let span = columns.trace(trace, traceColumn.firstSpan); span < columns.endOfSpans(trace); span++) {
          const flags = columns.span(span, spanColumn.flags)
          if (columns.span(span, spanColumn.service) !== id || !isEntry(flags)) continue
          const start = columns.spanTime(span, spanColumn.start)
          if (start < window.start || start >= window.end) continue
          lengths.push(Math.max(0, columns.durationOfSpan(span)))
          errors += flags & spanFlag.error
        }
      }
    }
    const [from, to] = [Number(window.start), Number(window.end)]
    for (const { path, traces } of files) {
      const attempt = <A>(body: () => A): Effect.Effect<A, TraceStoreError> =>
        Effect.try({ try: body, catch: traceStoreError(path) })
      const id = traces.names.find(service)
      if (id === undefined) continue
      const cursor = yield* attempt(() => new BlockCursor([{ file: traces, service: id }]))
      const turn = (): boolean => {
        for (let i = 0; i < blocksInTurn; i++) {
          const next = cursor.next()
          if (next === undefined) return true
          if (next.row.oldest - slack < to && next.row.newest + next.row.longest + slack >= from) {
            count(traces, id, next.row.block)
          }
        }
        return false
      }
      while (!(yield* attempt(turn))) yield* Effect.yieldNow
    }
    const sorted = Float64Array.from(lengths).sort()
    const at = (share: number): bigint | undefined => {
      const value = quantile(sorted, share)
      return value === undefined ? undefined : BigInt(value)
    }
    return {
      service,
      count: lengths.length,
      errors,
      p50Nanos: at(0.5),
      p95Nanos: at(0.95),
      p99Nanos: at(0.99),
      p999Nanos: at(0.999)
    }
  })

  return {
    trace: Effect.fn("TraceStore.trace")((traceId) =>
      answer((files) => Option.map(Option.fromUndefinedOr(framedTrace(files, traceId)), decodeTrace))
    ),
    search,
    services: answer((files) => Array.from(new Set(operationsOf(files).map(({ service }) => service))).sort()),
    operations: (service) =>
      answer((files) => {
        const found = new Map<string, Operation>()
        for (const { kind, name, service: of } of operationsOf(files)) {
          if (of === service) found.set(`${kind} ${name}`, { name, kind })
        }
        return Array.from(found.values()).sort((a, b) => compareTexts(a.name, b.name) || compareTexts(a.kind, b.kind))
      }),
    serviceMetrics,
    dependencies: ({ end, start }) =>
      answer((files) =>
        addCalls(
          files.flatMap(({ traces }) =>
            traces.rows.calls(Math.floor(Number(start) / hourNanos), Math.ceil(Number(end) / hourNanos) - 1)
              .filter(({ calls }) => calls > 0)
              .map(({ calls, child, errors, parent }) => ({
                parent: traces.names.text(parent),
                child: traces.names.text(child),
                calls,
                errors
              }))
          )
        )
      ),
    decision: (traceId) =>
      answer((files) => {
        const kept = framedTrace(files, traceId)
        if (kept !== undefined) return Option.some(kept.decision)
        for (const { traces } of files.toReversed()) {
          const decision = traces.dropped(traceId)
          if (decision !== undefined) return Option.some(decision)
        }
        return Option.none()
      }),
    linkedFrom: (traceId) =>
      answer((files) => {
        const found: Array<BackLink> = []
        for (const { traces } of files.toReversed()) {
          for (const place of traces.rows.links(hashOfTrace(traceId), mostBackLinks)) {
            if (traces.isSuperseded(place.block, place.place)) continue
            for (const span of decodeTrace(traces.trace(place)).spans) {
              if (span.traceId === traceId) continue
              for (const link of span.links) {
                if (link.traceId === traceId && found.length < mostBackLinks) {
                  found.push({ traceId: span.traceId, spanId: span.spanId, targetSpanId: link.spanId })
                }
              }
            }
          }
        }
        return found
      }),
    stats: answer((files) => ({
      traces: files.reduce((sum, { traces }) => sum + traces.traces, 0),
      spans: files.reduce((sum, { traces }) => sum + traces.spans, 0),
      bytes: files.reduce((sum, { path }) => sum + bytesOf(path), 0)
    }))
  }
}
