import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Metric } from "effect"
import { TestClock } from "effect/testing"
import { decodeIslBeacon } from "../../../src/domain/observation/formats/islBeacon.ts"
import { decodeRadarFrame } from "../../../src/domain/observation/formats/radarFrame.ts"
import { observationIdOf } from "../../../src/domain/observation/observationId.ts"
import { CanaryInjector, CanaryTrigger, type CanaryWire } from "../../../src/layers/canary/CanaryInjector.ts"
import { layerCanaryMetrics } from "../../../src/layers/canary/canaryMetrics.ts"
import { CanaryJournal, CanaryWatch } from "../../../src/layers/canary/CanaryWatch.ts"
import { Collectors } from "../../../src/layers/metrics/Collectors.ts"
import { Exposition } from "../../../src/layers/metrics/Exposition.ts"

const start = Date.UTC(2026, 5, 1, 3)
const horizonMillis = 86_400_000

/** Wires that keep what they are given. */
const wires = () => {
  const sent: Array<readonly [kind: CanaryWire["kind"], bytes: Uint8Array]> = []
  const wire = (kind: CanaryWire["kind"]): CanaryWire => ({
    kind,
    rawSource: kind,
    send: (bytes) => Effect.sync(() => sent.push([kind, bytes]) > 0)
  })
  return { sent, wires: [wire("radar"), wire("optical"), wire("isl")] }
}

describe("CanaryWatch", () => {
  const suite = (name: string, layer: Layer.Layer<never>) =>
    describe(name, () => {
      it.effect("an arrival within 60 s is in time, up to 120 s late, after that missed for good", () =>
        Effect.gen(function*() {
          const watch = yield* CanaryWatch
          for (const id of ["in time", "at the limit", "late", "at the end", "missed"]) watch.emitted(id, "radar")
          assert.isUndefined(watch.report().firstArrival)
          yield* TestClock.adjust("5 seconds")
          watch.arrived("in time")
          yield* TestClock.adjust("55 seconds")
          watch.arrived("at the limit")
          yield* TestClock.adjust("1 millis")
          watch.arrived("late")
          yield* TestClock.adjust("59999 millis")
          watch.arrived("at the end")
          assert.deepStrictEqual(watch.report().total, { emitted: 5, arrived: 4, late: 2, missed: 0 })
          yield* TestClock.adjust("1 millis")
          assert.deepStrictEqual(watch.report().total, { emitted: 5, arrived: 4, late: 2, missed: 1 })
          watch.arrived("missed")
          assert.deepStrictEqual(watch.report().total, { emitted: 5, arrived: 4, late: 2, missed: 1 })
        }).pipe(Effect.provide(layer)))

      it.effect("counts each canary once, by its source, and nothing that it did not send", () =>
        Effect.gen(function*() {
          const watch = yield* CanaryWatch
          watch.emitted("a", "radar")
          watch.emitted("b", "isl")
          yield* TestClock.adjust("1 second")
          watch.arrived("a")
          watch.arrived("a")
          watch.arrived("somebody's")
          const { bySource, enabled, firstArrival, total } = watch.report()
          assert.isTrue(enabled)
          assert.strictEqual(firstArrival, 1000)
          assert.deepStrictEqual(total, { emitted: 2, arrived: 1, late: 0, missed: 0 })
          assert.deepStrictEqual(
            bySource,
            new Map([
              ["radar", { emitted: 1, arrived: 1, late: 0, missed: 0 }],
              ["isl", { emitted: 1, arrived: 0, late: 0, missed: 0 }]
            ])
          )
        }).pipe(Effect.provide(layer)))
    })

  suite("live", CanaryWatch.layer)
  suite("test", CanaryWatch.layerTest)

  it.effect("test: keeps what it was told", () =>
    Effect.gen(function*() {
      const watch = yield* CanaryWatch
      watch.emitted("a", "radar")
      watch.arrived("a")
      assert.deepStrictEqual((yield* CanaryJournal).entries(), [
        { what: "emitted", observationId: "a", source: "radar" },
        { what: "arrived", observationId: "a", source: undefined }
      ])
    }).pipe(Effect.provide(CanaryWatch.layerTest)))

  it.effect("off: watches nothing and says so", () =>
    Effect.gen(function*() {
      const watch = yield* CanaryWatch
      watch.emitted("a", "radar")
      watch.arrived("a")
      const { enabled, total } = watch.report()
      assert.isFalse(enabled)
      assert.deepStrictEqual(total, { emitted: 0, arrived: 0, late: 0, missed: 0 })
    }).pipe(Effect.provide(CanaryWatch.layerOff)))
})

describe("CanaryInjector", () => {
  const live = (horizon = horizonMillis) =>
    CanaryInjector.layer({ horizonMillis: horizon }).pipe(Layer.provideMerge(CanaryWatch.layerTest))

  it.effect("sends one over each wire at start and every 30 s, under the id that the source will give it", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(start)
      const { sent, wires: all } = wires()
      yield* Effect.forkScoped((yield* CanaryInjector).run(all))
      yield* Effect.yieldNow
      yield* TestClock.adjust("0 millis")
      assert.deepStrictEqual(sent.map(([kind]) => kind).toSorted(), ["isl", "optical", "radar"])
      yield* TestClock.adjust("29 seconds")
      assert.lengthOf(sent, 3)
      yield* TestClock.adjust("1 second")
      assert.lengthOf(sent, 6)
      yield* TestClock.adjust("60 seconds")
      assert.lengthOf(sent, 12)
      const told = (yield* CanaryJournal).entries().map(({ observationId }) => observationId)
      assert.sameMembers([...told], sent.map(([kind, bytes]) => observationIdOf(kind, bytes)))
      assert.strictEqual(new Set(told).size, 12)
    }).pipe(Effect.scoped, Effect.provide(live())))

  it.effect("a radar sends both pairs by turns, each object of each; a link the pair that stays apart", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(start)
      const { sent, wires: all } = wires()
      yield* Effect.forkScoped((yield* CanaryInjector).run(all))
      yield* TestClock.adjust("90 seconds")
      const tracks = sent.flatMap(([kind, bytes]) => kind === "radar" ? [decodeRadarFrame(bytes)?.trackId ?? 0] : [])
      assert.lengthOf(tracks, 4)
      const [first = 0, second, third = 0, fourth] = tracks
      assert.isAbove(first, 4_000_000_010)
      assert.strictEqual(third, first + 1)
      assert.deepStrictEqual([second, fourth], [4_000_000_001, 4_000_000_002])
      for (const [kind, bytes] of sent) {
        if (kind !== "isl") continue
        const beacon = decodeIslBeacon(bytes)
        assert.include([4_000_000_001, 4_000_000_002], beacon._tag === "Success" ? beacon.success.satelliteId : 0)
      }
    }).pipe(Effect.scoped, Effect.provide(live())))

  it.effect("sends no approach that the screening does not look far enough for", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(start)
      const { sent, wires: all } = wires()
      yield* Effect.forkScoped((yield* CanaryInjector).run(all))
      yield* TestClock.adjust("90 seconds")
      for (const [kind, bytes] of sent) {
        if (kind === "radar") assert.isBelow(decodeRadarFrame(bytes)?.trackId ?? 0, 4_000_000_010)
      }
      assert.lengthOf(sent, 12)
    }).pipe(Effect.scoped, Effect.provide(live(3_600_000))))

  it.effect("a wire that hangs holds up no other, and what nobody takes is missed", () =>
    Effect.gen(function*() {
      const { sent, wires: all } = wires()
      const some = all.filter(({ kind }) => kind === "isl")
      yield* Effect.forkScoped((yield* CanaryInjector).run([
        { kind: "radar", rawSource: "radar", send: () => Effect.never },
        { kind: "optical", rawSource: "optical", send: () => Effect.succeed(false) },
        ...some
      ]))
      yield* TestClock.adjust("130 seconds")
      assert.deepStrictEqual(sent.map(([kind]) => kind), Array.from({ length: 5 }, () => "isl"))
      const { bySource } = (yield* CanaryWatch).report()
      assert.strictEqual(bySource.get("radar")?.missed, 1)
      assert.strictEqual(bySource.get("optical")?.missed, 1)
    }).pipe(Effect.scoped, Effect.provide(live())))

  it.effect("test: sends when it is told", () =>
    Effect.gen(function*() {
      const { sent, wires: all } = wires()
      yield* Effect.forkScoped((yield* CanaryInjector).run(all))
      yield* TestClock.adjust("10 minutes")
      assert.lengthOf(sent, 0)
      yield* (yield* CanaryTrigger).send
      assert.lengthOf(sent, 3)
    }).pipe(Effect.scoped, Effect.provide(CanaryInjector.layerTest({ horizonMillis }))))

  it.effect("off: sends nothing", () =>
    Effect.gen(function*() {
      const { sent, wires: all } = wires()
      yield* Effect.forkScoped((yield* CanaryInjector).run(all))
      yield* TestClock.adjust("10 minutes")
      assert.lengthOf(sent, 0)
    }).pipe(Effect.scoped, Effect.provide(CanaryInjector.layerOff)))
})

describe("the metrics of canaries", () => {
  it.effect("are told by source", () =>
    Effect.gen(function*() {
      const watch = yield* CanaryWatch
      for (const id of ["a", "b", "c"]) watch.emitted(id, "radar")
      yield* TestClock.adjust("2 seconds")
      watch.arrived("a")
      yield* TestClock.adjust("70 seconds")
      watch.arrived("b")
      yield* TestClock.adjust("70 seconds")
      const text = (yield* (yield* Exposition).render(""))?.body ?? ""
      for (
        const line of [
          "canary_emitted_total{source=\"radar\"} 3",
          "canary_arrived_total{source=\"radar\"} 2",
          "canary_late_total{source=\"radar\"} 1",
          "canary_missed_total{source=\"radar\"} 1",
          "canary_arrival_latency_seconds_count{source=\"radar\"} 2",
          "canary_arrival_latency_seconds_sum{source=\"radar\"} 74"
        ]
      ) assert.include(text.split("\n"), line)
    }).pipe(Effect.provide(
      Layer.merge(Exposition.layer, layerCanaryMetrics).pipe(
        Layer.provideMerge(Layer.merge(Collectors.layer, CanaryWatch.layer)),
        Layer.provideMerge(Layer.effect(Metric.MetricRegistry, Effect.sync(() => new Map())))
      )
    )))
})
