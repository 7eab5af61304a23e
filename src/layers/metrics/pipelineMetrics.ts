/**
 * The metrics of a pipeline at work, taken from the counts that it keeps anyway when somebody looks: nothing is added to the hot path.
 *
 * Ratios are over the time since the last look, at least a second. Times are Unix seconds; lags and ages are seconds before now.
 */
import { Clock, Effect, type Scope } from "effect"
import type { UtcTime } from "../../domain/time/UtcTime.ts"
import type { SourceCounters } from "../sources/SourceStats.ts"
import type { StageCounts } from "../stage/StageRegistry.ts"
import { Collectors } from "./Collectors.ts"
import { startDeadLetterMetrics } from "./deadLetterMetrics.ts"
import { type MetricFamilies, metricFamilies } from "./instruments.ts"

/** What is known of one sensor. */
interface SensorView {
  /** When the newest of its observations was received. */
  readonly lastIngest: UtcTime
  /** Of the last observation decoded: from sensor time to receipt, and from receipt to decoding. */
  readonly sourceLagMillis: number | undefined
  readonly pipelineLagMillis: number | undefined
}

/** A pipeline as it can be looked at; each function is called when somebody looks, and must be cheap. */
export interface PipelineView {
  readonly now: () => UtcTime
  readonly startedAt: UtcTime
  /** Upstream first. */
  readonly stages: () => ReadonlyArray<readonly [stage: string, counts: Readonly<StageCounts>]>
  readonly feeds: () => ReadonlyMap<string, Readonly<SourceCounters>>
  /** The sensors that may speak, whether they have or not. */
  readonly sensorIds: Iterable<string>
  readonly sensors: () => ReadonlyMap<string, SensorView>
  /** Records in the log that are not read yet. */
  readonly behind: () => number
  readonly ingestRetries: () => number
  readonly watermark: () => UtcTime | undefined
  readonly sourceWatermarks: () => Iterable<readonly [source: string, time: UtcTime]>
  /** Entries in each part of the state of each stage that has one. */
  readonly stateSizes: () => ReadonlyMap<string, ReadonlyMap<string, number>>
  /** How full each queue between stages is, 0 to 1. */
  readonly channelOccupancy: () => Iterable<readonly [edge: string, occupancy: number]>
  /** What is open, by tier: tracks with observations that are not final, pairs with an open window, open alerts. */
  readonly pendingWindows: () => Iterable<readonly [tier: string, count: number]>
  readonly retractions: () => number
  readonly commitLag: () => Iterable<readonly [topic: string, records: number]>
  /** The newest epoch in the catalogue; `undefined` for an empty one. */
  readonly catalogueEpoch: UtcTime | undefined
}

export const breakerStates = { Closed: 0, HalfOpen: 1, Open: 2 } as const

const leastSpanNanos = 1e9

/** Adds what `view` shows to {@link Collectors}, until the scope closes. */
export const observePipeline = Effect.fnUntraced(function*(
  view: PipelineView
): Effect.fn.Return<void, never, Collectors | Scope.Scope> {
  const collectors = yield* Collectors
  const make = yield* metricFamilies
  const context = yield* Effect.context()
  const started = new Set<string>()
  yield* collectors.add(() => {
    for (const [stage] of view.stages()) {
      if (started.has(stage)) continue
      started.add(stage)
      startDeadLetterMetrics(stage, context)
    }
  })
  yield* collectors.add(stageCollector(make, view, yield* Clock.Clock))
  yield* collectors.add(sourceCollector(make, view))
  yield* collectors.add(timeCollector(make, view))
})

type Times = Pick<StageCounts, "busyNanos" | "idleNanos" | "backpressuredNanos">

const noTimes: Times = { busyNanos: 0, idleNanos: 0, backpressuredNanos: 0 }

const timesOf = ({ backpressuredNanos, busyNanos, idleNanos }: Readonly<StageCounts>): Times => ({
  busyNanos,
  idleNanos,
  backpressuredNanos
})

/** Stages: busy, idle and backpressured, and what only a count tells. */
const stageCollector = ({ counter, gauge }: MetricFamilies, view: PipelineView, clock: Clock.Clock) => {
  const busy = gauge("operator_busy_ratio", "Share of time that a stage was at work")
  const idle = gauge("operator_idle_ratio", "Share of time that a stage waited for input")
  const blocked = gauge(
    "operator_backpressured_ratio",
    "Share of time that a stage waited for whoever takes its output"
  )
  const busyTotal = counter("operator_busy_seconds_total", "Time that a stage was at work")
  const blockedTotal = counter(
    "operator_backpressured_seconds_total",
    "Time that a stage waited for whoever takes its output"
  )
  const inFlight = gauge("operator_in_flight", "Events inside a stage at this moment")
  const state = gauge("operator_state_entries", "Entries in a part of a stage's state: keys, windows, rows")
  const evicted = counter(
    "operator_state_evictions_total",
    "Entries that left a stage's state because it was full"
  )
  const occupancy = gauge("channel_occupancy", "How full a queue between stages is, 0 to 1")
  const emitted = counter("operator_emitted_total", "Events that a stage gave to the next")
  const late = counter("late_events_dropped_total", "Events past their lateness, given up as dead letters")
  const retries = counter("retry_attempts_total", "Tries again after a failure that may pass")

  let lastAt = clock.monotonicTimeNanosUnsafe()
  let last: ReadonlyMap<string, Times> = new Map()
  return () => {
    const stages = view.stages()
    const at = clock.monotonicTimeNanosUnsafe()
    const span = Number(at - lastAt)
    if (span >= leastSpanNanos) {
      for (const [stage, counts] of stages) {
        const before = last.get(stage) ?? noTimes
        // Several calls of a stage may be under way at a time: together they are no more than all of it.
        const share = (now: number, then: number): number => Math.min(1, Math.max(0, (now - then) / span))
        busy(share(counts.busyNanos, before.busyNanos), { stage })
        idle(share(counts.idleNanos, before.idleNanos), { stage })
        blocked(share(counts.backpressuredNanos, before.backpressuredNanos), { stage })
      }
      lastAt = at
      last = new Map(stages.map(([stage, counts]) => [stage, timesOf(counts)] as const))
    }
    const stateful = view.stateSizes()
    let lateEvents = 0
    for (const [stage, counts] of stages) {
      busyTotal(counts.busyNanos / 1e9, { stage })
      blockedTotal(counts.backpressuredNanos / 1e9, { stage })
      inFlight(counts.inFlight, { stage })
      emitted(counts.emitted, { stage })
      lateEvents += counts.late
      if (stateful.has(stage) || counts.evicted > 0) evicted(counts.evicted, { stage })
      retries(counts.retries, { operator: stage })
    }
    retries(view.ingestRetries(), { operator: "ingest" })
    late(lateEvents)
    for (const [stage, parts] of stateful) for (const [part, entries] of parts) state(entries, { stage, part })
    for (const [edge, share] of view.channelOccupancy()) occupancy(share, { edge })
  }
}

/** Feeds, by what their sockets and clients count; sensors, by what was decoded. */
const sourceCollector = ({ counter, gauge }: MetricFamilies, view: PipelineView) => {
  const sourceLag = gauge("source_lag_seconds", "From sensor time to receipt, of the last observation")
  const pipelineLag = gauge("pipeline_lag_seconds", "From receipt to decoding: how far behind the pipeline is")
  const lastSeen = gauge("source_last_seen_seconds", "Since the newest record, or since the start where there is none")
  const received = counter("source_received_total", "Records received")
  const malformed = counter("source_malformed_total", "Records that cannot be what they should")
  const gaps = counter("source_gap_total", "Frames that never came, by the sender's sequence numbers")
  const dropped = counter("source_dropped_total", "Records that the source threw away because its queue was full")
  const kernelDrops = counter("source_kernel_drops_total", "Datagrams that the kernel dropped at the socket")
  const failures = counter("source_failures_total", "Calls to a source that failed")
  const breaker = gauge("circuit_breaker_state", "0 closed, 1 half open, 2 open")

  return () => {
    const now = view.now()
    const sensors = view.sensors()
    let newest = -Infinity
    for (const { lastIngest } of sensors.values()) newest = Math.max(newest, lastIngest)
    // What waits in the log is at least as late as the time since the newest record that was read.
    const waiting = view.behind() > 0 && newest !== -Infinity ? (now - newest) / 1000 : 0
    for (const source of view.sensorIds) {
      const sensor = sensors.get(source)
      lastSeen(Math.max(0, now - (sensor?.lastIngest ?? view.startedAt)) / 1000, { source })
      if (sensor?.sourceLagMillis === undefined || sensor.pipelineLagMillis === undefined) continue
      sourceLag(sensor.sourceLagMillis / 1000, { source })
      pipelineLag(Math.max(sensor.pipelineLagMillis / 1000, waiting), { source })
    }
    for (const [source, counters] of view.feeds()) {
      lastSeen(Math.max(0, now - (counters.lastSeen ?? view.startedAt)) / 1000, { source })
      received(counters.received, { source })
      malformed(counters.malformed, { source })
      gaps(counters.gaps, { source })
      dropped(counters.dropped, { source })
      kernelDrops(counters.kernelDrops, { source })
      failures(counters.failures, { source })
      if (counters.circuit !== undefined) breaker(breakerStates[counters.circuit], { breaker: source })
    }
  }
}

/** Event time, open windows, and how far the commits are. */
const timeCollector = ({ counter, gauge }: MetricFamilies, view: PipelineView) => {
  const watermark = gauge("pipeline_watermark_seconds", "Event time up to which the pipeline is complete, Unix time")
  const ofSource = gauge("source_watermark_seconds", "The same of one sensor")
  const pending = gauge("pending_windows", "What is open and waits for event time, by tier")
  const retractions = counter("retractions_emitted_total", "Results taken back by a later correction")
  const commitLag = gauge("commit_lag", "Records in a topic that are not committed")
  const age = gauge("catalogue_age_seconds", "Since the newest epoch in the catalogue")
  const unread = gauge("pipeline_unread_records", "Records in the log that are not read yet")

  return () => {
    const time = view.watermark()
    if (time !== undefined && Number.isFinite(time)) watermark(time / 1000)
    for (const [source, at] of view.sourceWatermarks()) if (Number.isFinite(at)) ofSource(at / 1000, { source })
    for (const [tier, count] of view.pendingWindows()) pending(count, { tier })
    retractions(view.retractions())
    for (const [topic, records] of view.commitLag()) commitLag(records, { topic })
    if (view.catalogueEpoch !== undefined) age((view.now() - view.catalogueEpoch) / 1000)
    unread(view.behind())
  }
}
