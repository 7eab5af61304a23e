import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Metric, Random, Result, Tracer } from "effect"
import { errors } from "../../../../src/domain/sampling/policies/statusCode.ts"
import { RootSampling } from "../../../../src/layers/sampling/RootSampling.ts"
import { TailSampler } from "../../../../src/layers/sampling/TailSampler.ts"
import { PerigeeTracer } from "../../../../src/layers/tracing/PerigeeTracer.ts"
import { countTraces } from "../../../../src/layers/tracing/recorder/KeptTraces.ts"
import { RecordedSpans, SpanProcessing, SpanSink } from "../../../../src/layers/tracing/store/SpanSink.ts"
import { SpanStore } from "../../../../src/layers/tracing/store/SpanStore.ts"
import { makeTraceIds } from "../../../../src/layers/tracing/traceIds.ts"
import { Tracing } from "../../../../src/layers/tracing/Tracing.ts"
import { spanData } from "../../../support/spanData.ts"

describe("sinks", () => {
  it.effect("a fan-out hands all to each, and nothing to one that keeps nothing", () =>
    Effect.sync(() => {
      const [a, b]: [Array<string>, Array<string>] = [[], []]
      const keep = (list: Array<string>): SpanSink["Service"] => ({
        offer: (spans) => list.push(...spans.map(({ name }) => name)),
        records: true
      })
      const sink = SpanSink.fanOut([keep(a), SpanSink.off, keep(b)])
      sink.offer([spanData({ name: "x" }), spanData({ name: "y" })])
      assert.deepStrictEqual([a, b], [["x", "y"], ["x", "y"]])
      assert.isTrue(sink.records)
      assert.isFalse(SpanSink.fanOut([SpanSink.off]).records)
    }))

  it.effect("a sink that throws costs its span, counted, and never the work", () =>
    Effect.gen(function*() {
      const throwing = Layer.succeed(SpanSink, {
        offer: () => {
          throw new Error("full")
        },
        records: true
      })
      const result = yield* Effect.provide(
        Effect.withSpan(Effect.succeed(7), "work"),
        PerigeeTracer.layer.pipe(Layer.provide(throwing))
      )
      assert.strictEqual(result, 7)
      const metrics = yield* Metric.snapshot
      assert.isTrue(
        metrics.some(({ attributes, id }) => id === "spans_dropped_total" && attributes?.["reason"] === "defect")
      )
    }))

  it.effect("what processes the spans stands between the tracer and the store, and flushes before the store goes", () =>
    Effect.gen(function*() {
      const held: Array<string> = []
      const processing = Layer.succeed(SpanProcessing, (next) =>
        Effect.as(
          Effect.addFinalizer(() => Effect.sync(() => next([spanData({ name: "flushed" })]))),
          (spans) => {
            held.push(...spans.map(({ name }) => name))
            next(spans.filter(({ name }) => name !== "dull"))
          }
        ))
      const store = yield* Effect.gen(function*() {
        yield* Effect.withSpan(Effect.void, "dull")
        yield* Effect.withSpan(Effect.void, "bright")
        const store = yield* SpanStore
        assert.strictEqual((yield* store.stats).spans, 1)
        return store
      }).pipe(Effect.provide(Tracing.layerBackend().pipe(Layer.provide(processing))))
      assert.deepStrictEqual(held, ["dull", "bright"])
      const found = yield* Effect.orDie(store.search({}))
      assert.deepStrictEqual(found.map(({ root }) => root).toSorted(), ["bright", "flushed"])
    }))

  it.effect("a tail sampler decides what the store gets", () =>
    Effect.gen(function*() {
      const store = yield* Effect.gen(function*() {
        yield* Effect.withSpan(Effect.void, "fine")
        yield* Effect.exit(Effect.withSpan(Effect.withSpan(Effect.die("bug"), "inner"), "failed"))
        return yield* SpanStore
      }).pipe(
        Effect.provide(
          Tracing.layerBackend().pipe(
            Layer.provide(TailSampler.layerProcessing({ policy: Result.getOrThrow(errors()) }))
          )
        )
      )
      const found = yield* Effect.orDie(store.search({}))
      assert.deepStrictEqual(found.map(({ root, spans }) => [root, spans]), [["failed", 2]])
    }))

  it.effect("with RootSampling off only what has a sampled parent is kept", () =>
    Effect.gen(function*() {
      const parent = Tracer.externalSpan({ traceId: "a".repeat(32), spanId: "b".repeat(16), sampled: true })
      yield* Effect.withSpan(Effect.withSpan(Effect.void, "leaf"), "root")
      yield* Effect.withSpan(Effect.void, "of the event", { parent })
      const { spans } = yield* RecordedSpans
      assert.deepStrictEqual(spans().map(({ name }) => name), ["of the event"])
    }).pipe(Effect.provide(Tracing.layerTest.pipe(Layer.provide(RootSampling.layerOff)))))

  it.effect("of a span, 128 attributes, events and links are kept and the others counted", () =>
    Effect.gen(function*() {
      yield* Effect.withSpan(
        Effect.gen(function*() {
          const span = yield* Effect.orDie(Effect.currentSpan)
          for (let i = 0; i < 200; i++) {
            span.attribute(`key ${i}`, i)
            span.event(`event ${i}`, 0n)
          }
          const link = {
            span: Tracer.externalSpan({ traceId: "a".repeat(32), spanId: "b".repeat(16) }),
            attributes: {}
          }
          for (let i = 0; i < 20; i++) span.addLinks(Array.from({ length: 10 }, () => link))
          span.attribute("key 0", "changed")
        }),
        "large"
      )
      const [span] = (yield* RecordedSpans).spans()
      assert.isDefined(span)
      assert.strictEqual(Object.keys(span.attributes).length, 128)
      assert.strictEqual(span.attributes["key 0"], "changed")
      assert.deepStrictEqual([span.events.length, span.links.length], [128, 128])
      const counts = (yield* Metric.snapshot).filter(({ id }) => id === "span_fields_dropped_total")
        .map(({ attributes, state }) => [attributes?.["field"], "count" in state ? state.count : 0])
      assert.deepStrictEqual(counts.toSorted(), [["attributes", 72], ["events", 72], ["links", 72]])
    }).pipe(Effect.provide(Tracing.layerTest)))
})

describe("countTraces", () => {
  it.effect("counts each trace once, however its spans come", () =>
    Effect.gen(function*() {
      const seen: Array<number> = []
      const { kept, offer } = countTraces((spans) => seen.push(spans.length))
      const ids = Array.from({ length: 100_000 }, (_, i) => `d${i.toString(16).padStart(31, "0")}`)
      for (const [i, traceId] of ids.entries()) {
        offer([spanData({ traceId }), spanData({ traceId: ids[Math.max(0, i - 1000)] ?? traceId })])
      }
      assert.strictEqual(yield* kept, 100_000)
      assert.strictEqual(seen.length, 100_000)
    }))
})

describe("ids", () => {
  it.effect("are hex, never the same, and the same again for a seeded Random", () =>
    Effect.gen(function*() {
      const draw = Effect.map(makeTraceIds, (ids) =>
        Array.from({ length: 20_000 }, (_, i) => i % 5 === 0 ? ids.traceId() : ids.spanId()))
      const [first, second, other] = [
        yield* Random.withSeed(draw, "seven"),
        yield* Random.withSeed(draw, "seven"),
        yield* Random.withSeed(draw, "eight")
      ]
      assert.deepStrictEqual(first, second)
      assert.strictEqual(new Set([...first, ...other]).size, 40_000)
      for (const id of first) {
        assert.match(id, /^(?:[0-9a-f]{32}|[0-9a-f]{16})$/)
      }
      const bits = first.join("")
      const ones = Array.from(bits).reduce(
        (sum, digit) =>
          sum + Number.parseInt(digit, 16).toString(2).replaceAll("0", "").length,
        0
      )
      assert.closeTo(ones / (bits.length * 4), 0.5, 0.005)
    }))
})
