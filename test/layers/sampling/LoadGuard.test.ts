import { assert, describe, expect, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { type Load, loadReliefDefaults, nextRelief, noRelief } from "../../../src/domain/sampling/head/loadRelief.ts"
import { LoadGuard } from "../../../src/layers/sampling/LoadGuard.ts"
import { LoadMeter, LoadMeterTest } from "../../../src/layers/sampling/LoadMeter.ts"
import { ProcessLoad } from "../../../src/layers/sampling/processLoad.ts"
import { HeadSampler, isSampled } from "../../../src/layers/stage/HeadSampler.ts"

describe("the rule", () => {
  const after = (loads: ReadonlyArray<readonly [now: number, load: Partial<Load>]>, options = {}) =>
    loads.reduce(
      (state, [now, load]) =>
        nextRelief({ ...loadReliefDefaults, ...options }, state, { cpu: 0, heap: 0, ...load }, now),
      noRelief
    ).halvings

  it.each(
    [
      ["at 80 % nothing happens", [[0, { cpu: 0.8 }]], 0],
      ["over it the share is halved: CPU", [[0, { cpu: 0.801 }]], 1],
      ["over it the share is halved: heap", [[0, { heap: 0.801 }]], 1],
      ["not again while it stays there", [[0, { cpu: 1 }], [1000, { cpu: 1 }]], 1],
      ["it stays between the bounds", [[0, { cpu: 1 }], [1000, { cpu: 0.75 }], [60_000, { cpu: 0.79 }]], 1],
      ["it stays until it was calm long enough", [[0, { cpu: 1 }], [1000, {}], [10_999, {}]], 1],
      ["it recovers then", [[0, { cpu: 1 }], [1000, {}], [11_000, {}]], 0],
      ["calm that was broken begins anew", [[0, { cpu: 1 }], [1000, {}], [9000, { heap: 0.76 }], [11_000, {}], [
        20_999,
        {}
      ]], 1]
    ] as const
  )("%s", (_, loads, expected) => {
    expect(after(loads)).toBe(expected)
  })

  it("may halve more than once, and takes one back at a time", () => {
    const high = [[0, { cpu: 1 }], [1, { cpu: 1 }], [2, { cpu: 1 }], [3, { cpu: 1 }]] as const
    expect(after(high, { maxHalvings: 3 })).toBe(3)
    expect(after([...high, [1000, {}], [11_000, {}], [12_000, {}]], { maxHalvings: 3 })).toBe(2)
    expect(after([...high, [1000, {}], [11_000, {}], [21_000, {}]], { maxHalvings: 3 })).toBe(1)
  })
})

describe("LoadGuard", () => {
  const layer = Layer.provideMerge(HeadSampler.layerRatio(0.5), LoadGuard.layer()).pipe(
    Layer.provideMerge(LoadMeterTest.layer)
  )
  const thresholdInForce = Effect.map(HeadSampler, ({ level }) => level(undefined, 1).sampled.traceState)

  it.effect("halves the ratio over 80 % and gives it back after ten calm seconds", () =>
    Effect.gen(function*() {
      const { set } = yield* LoadMeterTest
      assert.strictEqual(yield* thresholdInForce, "ot=th:8")
      yield* set({ cpu: 0.95 })
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* thresholdInForce, "ot=th:c")
      yield* set({ cpu: 0.5 })
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(yield* thresholdInForce, "ot=th:c")
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* thresholdInForce, "ot=th:8")
    }).pipe(Effect.provide(layer)))

  it.effect("halving keeps a part of what was kept", () =>
    Effect.gen(function*() {
      const { level } = yield* HeadSampler
      const { set } = yield* LoadMeterTest
      const kept = () =>
        Array.from({ length: 256 }, (_, i) => i).filter((i) => isSampled(level(undefined, 1), i << 16, 0))
      const before = kept()
      yield* set({ heap: 0.9 })
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(kept(), before.slice(64))
      assert.strictEqual(before.length, 128)
    }).pipe(Effect.provide(layer)))

  it.effect("off and by default it never halves", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* LoadGuard).halvings(), 0)
      assert.strictEqual((yield* Effect.provide(LoadGuard, LoadGuard.layerOff)).halvings(), 0)
    }))
})

describe("the process's own load", () => {
  it.live("is a share of CPU and of the heap: near all of a core after working without a pause", () =>
    Effect.gen(function*() {
      const { measure } = yield* LoadMeter
      let sum = 0
      for (let i = 0; i < 2e7; i++) sum += Math.sqrt(i)
      assert.isAbove(sum, 0)
      const { cpu, heap } = yield* measure
      assert.isTrue(cpu > 0 && cpu <= 1 && heap > 0 && heap < 1, `cpu ${cpu}, heap ${heap}`)
      yield* Effect.sleep("200 millis")
      assert.isBelow((yield* measure).cpu, 1)
    }).pipe(Effect.provide(ProcessLoad.layer)))
})
