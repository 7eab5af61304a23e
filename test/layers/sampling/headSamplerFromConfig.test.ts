import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { layerHeadSamplerFromConfig } from "../../../src/layers/sampling/headSamplerFromConfig.ts"
import { HeadSampler } from "../../../src/layers/stage/HeadSampler.ts"

const configured = (env: Record<string, string>) =>
  Layer.provide(layerHeadSamplerFromConfig, ConfigProvider.layer(ConfigProvider.fromEnvRecord(env)))

/** What a trace is sampled with. */
const inForce = Effect.map(HeadSampler, ({ level }) => level("radar", 1).sampled.traceState)

describe("the head sampler of the settings", () => {
  const cases: ReadonlyArray<readonly [name: string, env: Record<string, string>, expected: string | undefined]> = [
    ["one in a hundred, when nothing is said", {}, "ot=th:fd70a3d70a3d71"],
    ["the share", { PERIGEE_TRACE_RATIO: "0.5" }, "ot=th:8"],
    ["nothing", { PERIGEE_TRACE_RATIO: "0" }, undefined],
    ["a target begins at the share", { PERIGEE_TRACE_RATIO: "0.25", PERIGEE_TRACE_TARGET: "5" }, "ot=th:c"],
    ["without the guard", { PERIGEE_TRACE_RATIO: "0.5", PERIGEE_TRACE_LOAD_GUARD: "off" }, "ot=th:8"]
  ]
  it.effect.each(cases)("%s", ([_, env, expected]) =>
    Effect.gen(function*() {
      assert.strictEqual(yield* inForce, expected)
    }).pipe(Effect.provide(configured(env))))

  it.effect("a target is followed, a share is not changed", () =>
    Effect.gen(function*() {
      const after = (env: Record<string, string>) =>
        Effect.gen(function*() {
          const { level } = yield* HeadSampler
          for (let i = 0; i < 1500; i++) level("radar", 10)
          yield* TestClock.adjust("15 seconds")
          return yield* inForce
        }).pipe(Effect.provide(configured({ PERIGEE_TRACE_LOAD_GUARD: "off", PERIGEE_TRACE_RATIO: "0.25", ...env })))
      assert.strictEqual(yield* after({}), "ot=th:c")
      assert.strictEqual(yield* after({ PERIGEE_TRACE_TARGET: "1000" }), "ot=th:8")
      assert.strictEqual(yield* after({ PERIGEE_TRACE_TARGET: "62.5" }), "ot=th:f")
    }))
})
