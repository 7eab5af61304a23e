import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { parsePolicy } from "../../../src/domain/sampling/policies/policySchema.ts"
import { Collectors } from "../../../src/layers/metrics/Collectors.ts"
import { LoadGuard } from "../../../src/layers/sampling/LoadGuard.ts"
import { LoadMeterTest } from "../../../src/layers/sampling/LoadMeter.ts"
import { layerSamplingMetrics } from "../../../src/layers/sampling/samplingMetrics.ts"
import { TailSampler } from "../../../src/layers/sampling/TailSampler.ts"
import { SpanSink } from "../../../src/layers/tracing/store/SpanSink.ts"
import { Tracing } from "../../../src/layers/tracing/Tracing.ts"
import { collected, ownRegistry } from "../../support/collected.ts"
import { failed, spanData, traceIdWith } from "../../support/spanData.ts"

const registry = Layer.provideMerge(Collectors.layer, ownRegistry)
const errors = Layer.unwrap(
  Effect.map(
    Effect.fromResult(parsePolicy({ type: "status_code", codes: ["error"] })),
    (policy) => TailSampler.layerProcessing({ policy, maxTraces: 3 })
  )
)
const tail = layerSamplingMetrics.pipe(
  Layer.provideMerge(registry),
  Layer.provideMerge(Tracing.layerBackend()),
  Layer.provideMerge(errors)
)

describe("sampling metrics", () => {
  it.effect("each trace that the tail sampler is given ends as one decision, or is open", () =>
    Effect.gen(function*() {
      const { offer } = yield* SpanSink
      const root = (digit: string, given: Parameters<typeof spanData>[0] = {}) =>
        offer([spanData({ traceId: traceIdWith(digit), ...given })])
      root("8", { status: failed })
      root("9")
      root("a")
      root("b")
      const open = yield* collected
      assert.strictEqual(open.get("tail_sampling_open_traces"), 3)
      assert.strictEqual(open.get("tail_sampling_open_spans"), 3)
      assert.isAbove(open.get("tail_sampling_open_bytes") ?? 0, 0)
      assert.strictEqual(open.get("tail_sampling_traces_total evicted"), 1, "the fourth does not fit")
      root("7")
      root("c", { status: failed })
      yield* TestClock.adjust("1 minute")
      root("c", { status: failed })
      root("9", { status: failed })
      const values = yield* collected
      const of = (...names: ReadonlyArray<string>) => names.map((name) => values.get(`tail_sampling_${name}`))
      const ends = of(
        "traces_total kept",
        "traces_total dropped",
        "traces_total excluded",
        "traces_total evicted",
        "traces_total refused"
      )
      assert.deepStrictEqual(ends, [1, 2, 0, 2, 1])
      assert.deepStrictEqual(of("open_traces", "open_spans", "open_bytes"), [0, 0, 0])
      assert.deepStrictEqual(of("spans_total", "kept_spans_total", "kept_traces_total overload"), [8, 2, 1])
      assert.deepStrictEqual(of("late_spans_total kept", "late_spans_total dropped"), [1, 1])
      assert.deepStrictEqual(of("late_dropped_errors_total", "redecided_traces_total"), [1, 0])
    }).pipe(Effect.provide(tail)))

  it.effect("the load guard tells how often it halves", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* collected).get("trace_load_guard_halvings"), 0)
      yield* (yield* LoadMeterTest).set({ cpu: 0.95 })
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* collected).get("trace_load_guard_halvings"), 1)
    }).pipe(
      Effect.provide(
        layerSamplingMetrics.pipe(
          Layer.provideMerge(registry),
          Layer.provide(LoadGuard.layer()),
          Layer.provideMerge(LoadMeterTest.layer)
        )
      )
    ))

  it.effect("what is not there has no metrics", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(Array.from((yield* collected).keys()), [])
    }).pipe(Effect.provide(Layer.provideMerge(layerSamplingMetrics, registry))))
})
