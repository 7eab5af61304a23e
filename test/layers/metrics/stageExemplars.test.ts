import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Layer } from "effect"
import { Exemplars } from "../../../src/layers/metrics/Exemplars.ts"
import { layerStageExemplars } from "../../../src/layers/metrics/stageExemplars.ts"
import { StageTracing } from "../../../src/layers/stage/StageHooks.ts"
import { contextOf } from "../../../src/testing/envelopes.ts"

const layer = layerStageExemplars.pipe(
  Layer.provideMerge(Layer.merge(StageTracing.layer, Exemplars.layerMemory()))
)

describe("exemplars of stages", () => {
  it.effect("a span that ends well is the exemplar of its time in the stage; one that fails is none", () =>
    Effect.gen(function*() {
      const { start } = yield* StageTracing
      const exemplars = yield* Exemplars
      const span = start("associate", contextOf(1, { sampled: true }), 1_000_000_000n, [])
      assert.isDefined(span)
      assert.deepStrictEqual(exemplars.of("operator_latency_seconds", { stage: "associate" }), [])
      span.end(1_002_000_000n, Exit.void)
      const { spanId, traceId } = span
      assert.strictEqual(span.status._tag, "Ended")
      assert.deepStrictEqual(exemplars.of("operator_latency_seconds", { stage: "associate" }), [
        { traceId, spanId, value: 0.002, time: 1002 }
      ])
      assert.deepStrictEqual(exemplars.of("operator_events_total", { stage: "associate", outcome: "processed" }), [
        { traceId, spanId, value: 1, time: 1002 }
      ])
      start("decode", contextOf(2, { sampled: true }), 0n, [])?.end(1n, Exit.fail("no"))
      assert.deepStrictEqual(exemplars.of("operator_latency_seconds", { stage: "decode" }), [])
    }).pipe(Effect.provide(layer)))

  it.effect("without tracing there is nothing to show", () =>
    Effect.gen(function*() {
      const { start } = yield* StageTracing
      assert.isUndefined(start("decode", contextOf(1, { sampled: true }), 0n, []))
    }).pipe(Effect.provide(layerStageExemplars)))
})
