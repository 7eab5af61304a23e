import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { Collectors } from "../../../src/layers/metrics/Collectors.ts"
import { observePipeline, type PipelineView } from "../../../src/layers/metrics/pipelineMetrics.ts"
import { layerProcessMetrics } from "../../../src/layers/metrics/processMetrics.ts"
import { ProcDescriptors } from "../../../src/layers/runtime/ProcDescriptors.ts"
import { SourceStats } from "../../../src/layers/sources/SourceStats.ts"
import { StageRegistry } from "../../../src/layers/stage/StageRegistry.ts"
import { collected, ownRegistry } from "../../support/collected.ts"

const services = Layer.mergeAll(Collectors.layer, StageRegistry.layer, SourceStats.layer).pipe(
  Layer.provideMerge(ownRegistry)
)

const idleView = (over: Partial<PipelineView>): PipelineView => ({
  now: () => 1_000_000,
  startedAt: 900_000,
  stages: () => [],
  feeds: () => new Map(),
  sensorIds: [],
  sensors: () => new Map(),
  behind: () => 0,
  ingestRetries: () => 0,
  watermark: () => undefined,
  sourceWatermarks: () => [],
  pendingWindows: () => [],
  stateSizes: () => new Map(),
  channelOccupancy: () => [],
  retractions: () => 0,
  commitLag: () => [],
  catalogueEpoch: undefined,
  ...over
})

describe("pipeline metrics", () => {
  it.effect("a stage's time is what was measured of it: at work, waiting for those below, and for input", () =>
    Effect.gen(function*() {
      const registry = yield* StageRegistry
      const [first, second, third] = [
        registry.countsOf("first"),
        registry.countsOf("second"),
        registry.countsOf("third")
      ]
      yield* observePipeline(
        idleView({
          stages: registry.stages,
          stateSizes: () => new Map([["second", new Map([["keys", 12]])]]),
          channelOccupancy: () => [["first -> second", 0.5]]
        })
      )
      yield* TestClock.adjust("10 seconds")
      Object.assign(first, { busyNanos: 1e9, backpressuredNanos: 7e9, idleNanos: 2e9, in: 10, emitted: 9, late: 1 })
      Object.assign(second, { busyNanos: 5e9, backpressuredNanos: 2e9, idleNanos: 3e9, late: 2, evicted: 3 })
      Object.assign(third, { busyNanos: 2e9, idleNanos: 8e9 })
      const values = yield* collected
      const ratios = (stage: string) =>
        ["busy", "backpressured", "idle"].map((what) => values.get(`operator_${what}_ratio ${stage}`) ?? Number.NaN)
      for (
        const [stage, expected] of [["first", [0.1, 0.7, 0.2]], ["second", [0.5, 0.2, 0.3]], ["third", [
          0.2,
          0,
          0.8
        ]]] as const
      ) {
        ratios(stage).forEach((ratio, i) => assert.closeTo(ratio, expected[i] ?? Number.NaN, 1e-9, stage))
      }
      assert.strictEqual(values.get("operator_busy_seconds_total second"), 5)
      assert.strictEqual(values.get("operator_emitted_total first"), 9)
      assert.strictEqual(values.get("late_events_dropped_total"), 3)
      assert.strictEqual(values.get("operator_state_entries second keys"), 12)
      const evictions = ["first", "second", "third"].map((stage) =>
        values.get(`operator_state_evictions_total ${stage}`)
      )
      assert.deepStrictEqual(evictions, [undefined, 3, undefined])
      assert.strictEqual(values.get("channel_occupancy first -> second"), 0.5)

      // Only what has happened since counts in the next ratio; looks within a second do not cut it into pieces.
      second.busyNanos += 1e9
      yield* TestClock.adjust("500 millis")
      assert.strictEqual((yield* collected).get("operator_busy_ratio second"), values.get("operator_busy_ratio second"))
      yield* TestClock.adjust("1500 millis")
      assert.closeTo((yield* collected).get("operator_busy_ratio second") ?? Number.NaN, 0.5, 1e-9)
    }).pipe(Effect.scoped, Effect.provide(services)))

  it.effect("sensors and feeds tell how late and how silent they are; what was never seen counts from the start", () =>
    Effect.gen(function*() {
      const stats = yield* SourceStats
      const feed = stats.counters("optical")
      Object.assign(feed, { received: 7, gaps: 3, failures: 2, circuit: "Open", lastSeen: 990_000 })
      let behind = 0
      yield* observePipeline(idleView({
        feeds: stats.all,
        sensorIds: ["radar-1", "silent"],
        sensors: () => new Map([["radar-1", { lastIngest: 960_000, sourceLagMillis: 250, pipelineLagMillis: 4 }]]),
        behind: () => behind,
        ingestRetries: () => 5
      }))
      const values = yield* collected
      assert.deepStrictEqual(
        [
          "source_lag_seconds radar-1",
          "pipeline_lag_seconds radar-1",
          "source_last_seen_seconds radar-1",
          "source_last_seen_seconds silent",
          "source_last_seen_seconds optical",
          "source_lag_seconds silent",
          "source_gap_total optical",
          "source_failures_total optical",
          "source_kernel_drops_total optical",
          "circuit_breaker_state optical",
          "retry_attempts_total ingest"
        ].map((name) => values.get(name)),
        [0.25, 0.004, 40, 100, 10, undefined, 3, 2, undefined, 2, 5]
      )
      // A pipeline that stands still while records wait is as late as its newest record is old.
      behind = 12
      Object.assign(feed, { kernelDrops: 4, circuit: "HalfOpen" })
      const later = yield* collected
      assert.strictEqual(later.get("pipeline_lag_seconds radar-1"), 40)
      assert.strictEqual(later.get("pipeline_unread_records"), 12)
      assert.strictEqual(later.get("source_kernel_drops_total optical"), 4)
      assert.strictEqual(later.get("circuit_breaker_state optical"), 1)
    }).pipe(Effect.scoped, Effect.provide(services)))

  it.effect("event time, windows, retractions, commits and the catalogue", () =>
    Effect.gen(function*() {
      let watermark = -Infinity
      yield* observePipeline(idleView({
        watermark: () => watermark,
        sourceWatermarks: () => [["radar-1", 999_000], ["silent", -Infinity]],
        pendingWindows: () => [["pair", 4]],
        retractions: () => 2,
        commitLag: () => [["observations", 17]],
        catalogueEpoch: 640_000
      }))
      assert.isUndefined((yield* collected).get("pipeline_watermark_seconds"))
      watermark = 998_500
      const values = yield* collected
      assert.deepStrictEqual(
        [
          "pipeline_watermark_seconds",
          "source_watermark_seconds radar-1",
          "source_watermark_seconds silent",
          "pending_windows pair",
          "retractions_emitted_total",
          "commit_lag observations",
          "catalogue_age_seconds"
        ].map((name) => values.get(name)),
        [998.5, 999, undefined, 4, 2, 17, 360]
      )
    }).pipe(Effect.scoped, Effect.provide(services)))
})

describe("process metrics", () => {
  it.live("are there, and plausible", () =>
    Effect.gen(function*() {
      yield* Effect.sleep("1100 millis")
      const values = yield* collected
      const value = (name: string) => values.get(name) ?? Number.NaN
      assert.strictEqual(value(`perigee_build_info 1.2.3 ${process.versions.node}`), 1)
      assert.isAbove(value("process_open_fds"), 2)
      assert.isAtLeast(value("process_max_fds"), value("process_open_fds"))
      assert.isAbove(value("process_resident_memory_bytes"), value("nodejs_heap_used_bytes"))
      assert.isAtMost(value("nodejs_heap_used_bytes"), value("nodejs_heap_limit_bytes"))
      assert.isAbove(value("process_cpu_seconds_total"), 0)
      assert.isAtLeast(value("nodejs_eventloop_utilization_ratio"), 0)
      assert.isAtMost(value("nodejs_eventloop_utilization_ratio"), 1)
      assert.isAtLeast(value("nodejs_eventloop_delay_seconds max"), value("nodejs_eventloop_delay_seconds p50"))
      assert.isAbove(value("process_start_time_seconds"), 1.7e9)
    }).pipe(
      Effect.provide(
        layerProcessMetrics({ version: "1.2.3" }).pipe(
          Layer.provide(ProcDescriptors.layer),
          Layer.provideMerge(services)
        )
      )
    ))
})
