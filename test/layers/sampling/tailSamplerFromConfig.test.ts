import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Layer, Schema } from "effect"
import { TestClock } from "effect/testing"
import { definePolicy } from "../../../src/domain/sampling/policies/definePolicy.ts"
import { each, when } from "../../../src/domain/sampling/policies/Judge.ts"
import { OwnPolicies } from "../../../src/layers/sampling/OwnPolicies.ts"
import { layerTailSamplerFromConfig } from "../../../src/layers/sampling/tailSamplerFromConfig.ts"
import { parentSpan } from "../../../src/layers/tracing/SpanTraceState.ts"
import { SpanStore } from "../../../src/layers/tracing/store/SpanStore.ts"
import { Tracing } from "../../../src/layers/tracing/Tracing.ts"
import { traceIdWith } from "../../support/spanData.ts"

const backend = (env: Record<string, string>) =>
  Tracing.layerBackend().pipe(
    Layer.provide(layerTailSamplerFromConfig),
    Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord(env)))
  )

/** Ends a span in each of two events' traces, the second with an error; the traces that are stored at once, and after a minute. */
const storedOf = Effect.gen(function*() {
  const event = (digit: string) =>
    parentSpan({ traceId: traceIdWith(digit), spanId: undefined, sampled: true, traceState: "ot=th:0" })
  yield* Effect.withSpan(Effect.void, "stage", { parent: event("7") })
  yield* Effect.exit(Effect.withSpan(Effect.fail("wrong"), "stage", { parent: event("4") }))
  const store = yield* SpanStore
  const traces = () =>
    Effect.map(
      Effect.all([store.trace(traceIdWith("7")), store.trace(traceIdWith("4"))]),
      (found) => found.map(({ length }) => length)
    )
  const before = yield* traces()
  yield* TestClock.adjust("1 minute")
  return [before, yield* traces()]
})

describe("the tail sampler of the settings", () => {
  it.effect("without a policy everything goes on at once", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* storedOf, [[1, 1], [1, 1]])
    }).pipe(Effect.provide(backend({}))))

  it.effect("with one, what it keeps is stored when it is decided", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* storedOf, [[0, 0], [0, 1]])
    }).pipe(Effect.provide(backend({ PERIGEE_TAIL_POLICY: `{"type":"status_code","codes":["error"]}` }))))

  it.effect("the adaptive policy follows the target of the settings, and keeps what failed", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* storedOf, [[0, 0], [0, 1]])
    }).pipe(Effect.provide(backend({ PERIGEE_TAIL_POLICY: `{"type":"adaptive"}`, PERIGEE_TRACE_TARGET: "5" }))))

  it.effect("a policy of the user's own is read where its definition is given", () => {
    const sevens = definePolicy({
      type: "trace_id",
      options: Schema.Struct({ digit: Schema.String }),
      certainty: "certain",
      judge: ({ digit }) => each("trace_id", ({ traceId }) => when(traceId.charAt(18) === digit))
    })
    const env = { PERIGEE_TAIL_POLICY: `{"type":"not","policy":{"type":"trace_id","digit":"4"}}` }
    return Effect.gen(function*() {
      assert.deepStrictEqual(yield* storedOf, [[0, 0], [1, 0]])
    }).pipe(Effect.provide(backend(env).pipe(Layer.provide(OwnPolicies.layer(sevens)))))
  })

  it.effect.each([
    ["no JSON", "{", "expected a tail-sampling policy"],
    ["no policy", `{"type":"sometimes"}`, `no policy is of the type "sometimes"`],
    [
      "a field of another kind",
      `{"type":"not","policy":{"type":"probabilistic","percent":101}}`,
      `at ["policy"]["percent"]`
    ]
  ])(
    "%s is an error that names the setting, and what is wrong",
    ([_, text, why]) =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(Layer.build(backend({ PERIGEE_TAIL_POLICY: text ?? "" })))
        assert.include(String(error.message), "PERIGEE_TAIL_POLICY")
        assert.include(String(error.message), why ?? "")
      }).pipe(Effect.scoped)
  )
})
