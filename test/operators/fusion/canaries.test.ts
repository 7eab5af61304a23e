import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import { canaryRecord } from "../../../src/domain/canary/canaryRecord.ts"
import { isCanarySource } from "../../../src/domain/canary/reserved.ts"
import { decodeRadarFrame, encodeRadarFrame } from "../../../src/domain/observation/formats/radarFrame.ts"
import { seededStart } from "../../../src/domain/simulation/scenario.ts"
import { CanaryInjector } from "../../../src/layers/canary/CanaryInjector.ts"
import { CanaryWatch } from "../../../src/layers/canary/CanaryWatch.ts"
import { layerHoldBack } from "../../../src/layers/stage/holdBack.ts"
import { StageChaos } from "../../../src/layers/stage/StageHooks.ts"
import { canaryLogRecord, type CanaryRun, runWithCanaries, settings } from "../../support/canaryRun.ts"
import { finalAlerts, observed, recordsOf, runFusion } from "../../support/fusionRun.ts"

const scenario = observed({ seconds: 130, count: 12, seed: 3 })
const run = (options: Partial<Parameters<typeof runWithCanaries>[0]> = {}) =>
  runWithCanaries({ ...scenario, seconds: 130, ...options })

const off = Layer.merge(CanaryInjector.layerOff, CanaryWatch.layerOff)

/** `canary_<what>_total` of each source. */
const told = ({ metrics }: CanaryRun, what: string) =>
  Object.fromEntries(
    ["radar", "optical", "isl"].map((source) => [source, metrics.get(`canary_${what}_total ${source}`) ?? Number.NaN])
  )

describe("canaries in the pipeline", () => {
  it.effect("come through, on both ways, and nothing of theirs leaves", () =>
    Effect.gen(function*() {
      const { alerts, left, observations, report, stages } = yield* run()
      assert.deepStrictEqual(report.total, { emitted: 15, arrived: 15, late: 0, missed: 0 })
      assert.deepStrictEqual(Array.from(report.bySource.keys()).toSorted(), ["isl", "optical", "radar"])
      assert.isAbove(stages.get("publish")?.filteredReasons.get("canary") ?? 0, 4)
      assert.isAbove(left.length, 0)
      for (const record of left) assert.notMatch(record, /canary|"4000/)
      for (const { objects } of alerts.values()) for (const id of objects) assert.notMatch(id, /^4000/)
      assert.isFalse(observations.has("canary"))
    }))

  it.effect("change nothing that leaves: neither payloads nor times, observations counted, dead letters", () =>
    Effect.gen(function*() {
      const others = ({ alerts, latencies, left, letters, observations }: CanaryRun) => ({
        alerts,
        latencies,
        left,
        letters,
        observations
      })
      const on = others(yield* run())
      const without = others(yield* run({ canaries: off }))
      assert.isAbove(without.alerts.size, 0)
      assert.deepStrictEqual(on, without)
    }))

  it.effect("a slowdown of the correlator for canaries alone: they are late, real events as fast as before", () =>
    Effect.gen(function*() {
      const chaos = layerHoldBack({
        stage: "correlate",
        where: ({ sourceKind }) => sourceKind === "canary",
        millis: 70_000
      })
      const usual = yield* run()
      const slowed = yield* run({ chaos })
      assert.isAbove(slowed.report.total.late, 0)
      assert.strictEqual(slowed.report.total.late, slowed.report.total.arrived)
      assert.strictEqual(slowed.report.total.missed, 0)
      assert.strictEqual(usual.report.total.late, 0)
      assert.deepStrictEqual(told(usual, "late"), { radar: 0, optical: 0, isl: 0 })
      for (const late of Object.values(told(slowed, "late"))) assert.isAbove(late, 0)
      assert.isAbove(usual.latencies.length, 0)
      assert.deepStrictEqual(slowed.latencies, usual.latencies)
      assert.deepStrictEqual(slowed.left, usual.left)
    }))

  const hangs = () => Effect.never
  const dies = () => Effect.die(new Error("killed"))
  for (
    const [how, kill, stage] of [
      ["hangs", hangs, "track"],
      ["hangs", hangs, "screen"],
      ["hangs", hangs, "publish"],
      ["dies", dies, "track"],
      ["dies", dies, "correlate"]
    ] as const
  ) {
    it.effect(`a killed stage (${stage} ${how}): canaries are missed`, () =>
      Effect.gen(function*() {
        const chaos = Layer.succeed(StageChaos, { before: (name: string) => name === stage ? kill : undefined })
        const result = yield* run({ chaos })
        assert.deepStrictEqual(result.report.total, { emitted: 15, arrived: 0, late: 0, missed: 3 })
        assert.isUndefined(result.report.firstArrival)
        assert.deepStrictEqual(told(result, "missed"), { radar: 1, optical: 1, isl: 1 })
        assert.deepStrictEqual(told(result, "emitted"), { radar: 5, optical: 5, isl: 5 })
        for (const record of result.left) assert.notMatch(record, /canary|"4000/)
      }))
  }
})

/** What a canary may do at its worst: any track id, any time, any range, any angles, twice. */
const Wild = Schema.Struct({
  place: Schema.Finite.pipe(Schema.check(Schema.isBetween({ minimum: 0, maximum: 1 }))),
  offsetSeconds: Schema.Literals([-3600, -120, -30, -6, -1, 0, 1, 4, 600]),
  trackId: Schema.Literals([0, 98_001, 98_002, 4_000_000_001, 4_000_000_002, 4_123_456_789]),
  range: Schema.Literals([-1, 0, 1e5, 1e6, 1e8, 4e8, "nan"]),
  elevation: Schema.Literals([-2, 0, 0.7, "nan"]),
  again: Schema.Boolean
})

describe("whatever canaries do", () => {
  const { catalogue, observations } = observed({ seconds: 20, count: 12, seed: 3 })
  const real = recordsOf(observations)

  it.effect.prop(
    "what leaves is that of a run without them",
    [Schema.Array(Wild).pipe(Schema.check(Schema.isMinLength(1)))],
    ([wild]) =>
      Effect.gen(function*() {
        const inserted = wild.flatMap(({ again, elevation, offsetSeconds, place, range, trackId }) => {
          const at = Math.floor(place * observations.length)
          const time = observations[at]?.sensorTimestamp ?? seededStart
          const record = canaryRecord("radar", place < 0.5 ? "approaching" : "apart", time, at)
          const frame = record === undefined ? undefined : decodeRadarFrame(record.bytes)
          if (record === undefined || frame === undefined) return []
          const spoiled = encodeRadarFrame({
            ...frame,
            trackId: trackId === 0 ? frame.trackId : trackId,
            sensorTime: time + offsetSeconds * 1000,
            range: range === 1e8 ? frame.range : range === "nan" ? Number.NaN : range,
            elevation: elevation === 0.7 ? frame.elevation : elevation === "nan" ? Number.NaN : elevation
          })
          const one = { at, record: canaryLogRecord("radar", spoiled, seededStart) }
          return again ? [one, one] : [one]
        })
        const records = real.flatMap((record, index) => [
          ...inserted.filter(({ at }) => at === index).map((each) => each.record),
          record
        ])
        // One record an array: how real ones share arrays is then the same with and without canaries.
        const without = yield* runFusion({ records: real, catalogue, settings, maxRecords: 1 })
        const run = yield* runFusion({ records, catalogue, settings, maxRecords: 1 })
        assert.isAbove(without.versions.length, 0)
        assert.deepStrictEqual(run.versions, without.versions)
        assert.strictEqual(run.uncorrelated, without.uncorrelated)
        assert.strictEqual(run.delivered, without.delivered)
        const arrays = yield* runFusion({ records, catalogue, settings })
        assert.deepStrictEqual(finalAlerts(arrays), finalAlerts(without))
        assert.isTrue(run.letters.every(({ source }) => source === "radar" || isCanarySource(source)))
      }),
    { arbitrary: { runs: 8 }, timeout: 60_000 }
  )
})
