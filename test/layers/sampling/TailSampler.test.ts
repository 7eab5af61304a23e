import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { probabilityOf } from "../../../src/domain/sampling/head/threshold.ts"
import * as Policies from "../../../src/domain/sampling/policies/index.ts"
import { emptyTailStats } from "../../../src/domain/sampling/tail/TailStats.ts"
import type { SpanData } from "../../../src/domain/tracing/SpanData.ts"
import { AdaptiveSampler } from "../../../src/layers/sampling/AdaptiveSampler.ts"
import { TailSampler, TailSamplerMemory } from "../../../src/layers/sampling/TailSampler.ts"
import { SpanProcessing } from "../../../src/layers/tracing/store/SpanSink.ts"
import { valid } from "../../domain/sampling/policies/policySupport.ts"
import { failed, spanData, traceIdWith } from "../../support/spanData.ts"

const policy = valid(Policies.or(Policies.errors(), Policies.adaptive()))
const keepAll = valid(Policies.always())

const collecting = () => {
  const kept: Array<SpanData> = []
  return { kept, sink: (spans: ReadonlyArray<SpanData>) => kept.push(...spans) }
}

/** For what is not asked of a processing Layer. */
const nothing = {
  flush: () => {},
  stats: emptyTailStats,
  open: () => ({ traces: 0, spans: 0, bytes: 0 }),
  decision: () => undefined
}

const layers: ReadonlyArray<
  readonly [
    name: string,
    make: () => { readonly kept: () => ReadonlyArray<SpanData>; readonly layer: Layer.Layer<TailSampler> }
  ]
> = [
  ["layer", () => {
    const { kept, sink } = collecting()
    return { kept: () => kept, layer: TailSampler.layer({ policy: keepAll, sink }) }
  }],
  ["layerProcessing", () => {
    const { kept, sink } = collecting()
    const offer = Effect.flatMap(SpanProcessing, (processing) => processing(sink)).pipe(
      Effect.provide(TailSampler.layerProcessing({ policy: keepAll }))
    )
    return { kept: () => kept, layer: Layer.effect(TailSampler, Effect.map(offer, (offer) => ({ ...nothing, offer }))) }
  }],
  ["layerOff", () => {
    const { kept, sink } = collecting()
    return { kept: () => kept, layer: TailSampler.layerOff(sink) }
  }]
]

describe.each(layers)("TailSampler.%s", (_, make) => {
  it.effect("gives all that a policy keeps to the sink within its longest wait, once", () => {
    const { kept, layer } = make()
    return Effect.gen(function*() {
      const tail = yield* TailSampler
      const spans = Array.from(
        { length: 100 },
        (_, i) =>
          spanData({
            traceId: traceIdWith((i % 10).toString(16)),
            ...(i >= 50 && { parentSpanId: "00000000000000ff" })
          })
      )
      tail.offer([])
      tail.offer(spans)
      yield* TestClock.adjust("31 seconds")
      assert.sameMembers(kept().map(({ spanId }) => spanId), spans.map(({ spanId }) => spanId))
      assert.strictEqual(tail.open().traces, 0)
    }).pipe(Effect.provide(layer))
  })
})

describe("TailSampler", () => {
  it.effect("decides on its own clock: two seconds after the root ended", () =>
    Effect.gen(function*() {
      const tail = yield* TailSampler
      const { kept } = yield* TailSamplerMemory
      tail.offer([spanData()])
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual([kept().length, tail.open().traces], [0, 1])
      yield* TestClock.adjust("1 second")
      assert.strictEqual(kept().length, 1)
      assert.strictEqual(tail.decision(traceIdWith("8"))?.kept, true)
    }).pipe(Effect.provide(TailSamplerMemory.layer({ policy: keepAll }))))

  it.effect("asks the adaptive sampler in force, and keeps errors all the same", () =>
    Effect.gen(function*() {
      const tail = yield* TailSampler
      const { kept } = yield* TailSamplerMemory
      const { level } = yield* AdaptiveSampler
      const traces = Array.from({ length: 256 }, (_, i) =>
        spanData({
          traceId: traceIdWith(i.toString(16).padStart(2, "0")),
          traceState: "ot=th:0",
          ...(i === 3 && { status: failed })
        }))
      tail.offer(traces)
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(probabilityOf(level("unknown").threshold), 0.25)
      assert.strictEqual(kept().length, 65)
      assert.deepStrictEqual(kept().filter(({ traceState }) => traceState === "ot=th:0").map(({ status }) => status), [
        failed
      ])
    }).pipe(Effect.provide(
      Layer.provideMerge(TailSamplerMemory.layer({ policy }), AdaptiveSampler.layer({ initialProbability: 0.25 }))
    )))

  it.effect.each([["decide", 1], ["leave", 0]] as const)(
    "on release it may %s what is open",
    ([atRelease, expected]) =>
      Effect.gen(function*() {
        const { kept, sink } = collecting()
        yield* Effect.scoped(
          Effect.provide(
            Effect.map(TailSampler, ({ offer }) => offer([spanData()])),
            TailSampler.layer({ policy: keepAll, sink, atRelease })
          )
        )
        assert.strictEqual(kept.length, expected)
      })
  )
})
