import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { probabilityOf } from "../../../src/domain/sampling/head/threshold.ts"
import { stream } from "../../../src/domain/simulation/random.ts"
import { AdaptiveSampler } from "../../../src/layers/sampling/AdaptiveSampler.ts"
import { LoadGuard } from "../../../src/layers/sampling/LoadGuard.ts"
import { LoadMeterTest } from "../../../src/layers/sampling/LoadMeter.ts"
import { HeadSampler } from "../../../src/layers/stage/HeadSampler.ts"

const options = { targetPerSecond: 10, intervalMillis: 1000, initialProbability: 1 }
const layer = Layer.provideMerge(AdaptiveSampler.layerHead, AdaptiveSampler.layer(options))

const random = stream(5, "adaptive")
const word = () => random.uint32().toString(16).padStart(8, "0")

/** A second in which so many traces of a source begin; how many of them are kept. */
const second = Effect.fnUntraced(function*(source: string, count: number) {
  const { decide } = yield* HeadSampler
  let kept = 0
  for (let i = 0; i < count; i++) if (decide(word() + word() + word() + word(), source).sampled) kept++
  yield* TestClock.adjust("1 second")
  return kept
})

describe("AdaptiveSampler", () => {
  it.effect("holds a source to its target, and finds it again when the source changes", () =>
    Effect.gen(function*() {
      for (const rate of [10_000, 500, 50_000]) {
        for (let i = 0; i < 20; i++) yield* second("radar", rate)
        let kept = 0
        for (let i = 0; i < 20; i++) kept += yield* second("radar", rate)
        assert.closeTo(kept / 20, 10, 4, `at ${rate} a second`)
      }
    }).pipe(Effect.provide(layer)), 60_000)

  it.effect("each source has its own share; one below the target is kept whole", () =>
    Effect.gen(function*() {
      for (let i = 0; i < 10; i++) {
        const { decide } = yield* HeadSampler
        for (let n = 0; n < 5; n++) decide(word() + word() + word() + word(), "quiet")
        yield* second("busy", 10_000)
      }
      const { probabilities } = yield* AdaptiveSampler
      assert.strictEqual(probabilities().get("quiet"), 1)
      assert.closeTo(probabilities().get("busy") ?? 0, 0.001, 0.0003)
    }).pipe(Effect.provide(layer)))

  it.effect("the share in force is the threshold in what is sampled", () =>
    Effect.gen(function*() {
      for (let i = 0; i < 5; i++) yield* second("radar", 10_000)
      const { level, probabilities } = yield* AdaptiveSampler
      assert.closeTo(probabilityOf(level("radar").threshold), probabilities().get("radar") ?? 0, 1e-12)
    }).pipe(Effect.provide(layer)))

  it.effect("sources over the most there may be share one rate, and a silent one makes room", () =>
    Effect.gen(function*() {
      for (const source of ["a", "b", "c"]) yield* second(source, 100)
      const { probabilities } = yield* AdaptiveSampler
      assert.deepStrictEqual([...probabilities().keys()], ["a", "b"])
      yield* TestClock.adjust("30 seconds")
      yield* second("c", 100)
      assert.deepStrictEqual([...probabilities().keys()], ["c"])
    }).pipe(
      Effect.provide(Layer.provideMerge(AdaptiveSampler.layerHead, AdaptiveSampler.layer({ ...options, maxKeys: 2 })))
    ))

  it.effect("is halved by the load guard", () =>
    Effect.gen(function*() {
      const { level } = yield* AdaptiveSampler
      const { set } = yield* LoadMeterTest
      assert.strictEqual(probabilityOf(level("radar").threshold), 1)
      yield* set({ heap: 0.9 })
      yield* TestClock.adjust("1 second")
      assert.strictEqual(probabilityOf(level("radar").threshold), 0.5)
    }).pipe(Effect.provide(
      Layer.provideMerge(AdaptiveSampler.layer({ initialProbability: 1 }), LoadGuard.layer()).pipe(
        Layer.provideMerge(LoadMeterTest.layer)
      )
    )))
})
