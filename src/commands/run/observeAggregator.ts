/** The aggregator's counts as metrics: `traces_*`. */
import { Effect } from "effect"
import { spansTopic } from "../../domain/traces/otlp/spanRecord.ts"
import { completionReasons } from "../../domain/traces/TraceRecord.ts"
import { MessageLog } from "../../layers/log/MessageLog.ts"
import { Collectors } from "../../layers/metrics/Collectors.ts"
import { metricFamilies } from "../../layers/metrics/instruments.ts"
import { TraceStore } from "../../layers/traces/store/TraceStore.ts"
import { type Aggregation, keptAll } from "../../operators/traces/Aggregation.ts"
import type { AggregationStats } from "../../operators/traces/AggregationOptions.ts"

/** How often the log and the store are asked. */
const interval = "5 seconds"

/** Shows them until the scope closes. */
export const observeAggregator = Effect.fnUntraced(function*(aggregations: ReadonlySet<Aggregation>) {
  const { counter, gauge } = yield* metricFamilies
  const log = yield* MessageLog
  const store = yield* TraceStore
  const spans = counter("traces_spans_read_total", "Spans that the aggregator has read")
  const kept = counter("traces_kept_total", "Traces that were kept, by the policy that decided")
  const dropped = counter("traces_dropped_total", "Traces that were not kept, by why")
  const late = counter(
    "traces_late_total",
    "Traces written again with spans that came after the decision; late spans of dropped ones"
  )
  const closed = counter("traces_closed_total", "Traces by why they were taken for done")
  const open = gauge("traces_open", "What waits for a decision: traces, spans, bytes")
  const lag = gauge(
    "traces_lag_records",
    "Requests in the topic spans that the aggregator has not read: more members of its group take them sooner"
  )
  const stored = gauge("traces_stored", "What the store holds: traces, spans, bytes")
  const collectors = yield* Collectors
  let behind = 0
  let held = { traces: 0, spans: 0, bytes: 0 }
  const ask = Effect.gen(function*() {
    const ends = new Map((yield* log.offsets(spansTopic)).map(({ end, partition }) => [partition, end]))
    behind = aggregations.values().reduce(
      (sum, { next, partition }) => sum + Math.max(0, (ends.get(partition) ?? 0) - next),
      0
    )
    held = yield* store.stats
  })
  yield* ask.pipe(Effect.ignore, Effect.delay(interval), Effect.forever, Effect.forkScoped)
  const sum = (of: (stats: AggregationStats) => number): number =>
    aggregations.values().reduce((total, { stats }) => total + of(stats), 0)
  /** Names that are known beforehand are there from the start, at 0. */
  const byName = (
    known: ReadonlyArray<string>,
    of: (stats: AggregationStats) => ReadonlyMap<string, number>
  ): ReadonlyMap<string, number> => {
    const sums = new Map(known.map((name) => [name, 0]))
    for (const { stats } of aggregations) {
      for (const [name, count] of of(stats)) sums.set(name, (sums.get(name) ?? 0) + count)
    }
    return sums
  }
  yield* collectors.add(() => {
    spans(sum((stats) => stats.spans))
    for (const [policy, count] of byName([keptAll, "overload"], ({ keptBy }) => keptBy)) kept(count, { policy })
    dropped(sum((stats) => stats.dropped - stats.excluded), { reason: "policy" })
    dropped(sum((stats) => stats.excluded), { reason: "excluded" })
    dropped(sum((stats) => stats.evicted), { reason: "evicted" })
    dropped(sum((stats) => stats.refused), { reason: "refused" })
    late(sum((stats) => stats.reopened), { what: "reopened" })
    late(sum((stats) => stats.lateDroppedSpans), { what: "dropped_spans" })
    late(sum((stats) => stats.lateDroppedErrors), { what: "dropped_errors" })
    for (const [reason, count] of byName(completionReasons, ({ closedBy }) => closedBy)) closed(count, { reason })
    for (const what of ["traces", "spans", "bytes"] as const) {
      open(aggregations.values().reduce((total, { waiting }) => total + waiting[what], 0), { what })
      stored(held[what], { what })
    }
    lag(behind)
  })
})
