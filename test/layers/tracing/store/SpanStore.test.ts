import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { TestClock } from "effect/testing"
import type { SpanData } from "../../../../src/domain/tracing/SpanData.ts"
import { estimateBytes } from "../../../../src/layers/tracing/store/memorySpans.ts"
import { SpanStore, type SpanStoreBounds } from "../../../../src/layers/tracing/store/SpanStore.ts"
import { spanData } from "../../../support/spanData.ts"

const within =
  (bounds: Partial<SpanStoreBounds>) => <A, E>(effect: Effect.Effect<A, E, SpanStore>): Effect.Effect<A, E> =>
    Effect.provide(effect, SpanStore.layerMemory(bounds))

const ids = (n: number) => `c${n.toString(16).padStart(31, "0")}`

const traceOf = (n: number, names: ReadonlyArray<string>): ReadonlyArray<SpanData> =>
  names.map((name, i) =>
    spanData({
      traceId: ids(n),
      name,
      parentSpanId: i === 0 ? undefined : "00f067aa0ba902b7",
      startTime: BigInt(n * 1000 + i),
      endTime: BigInt(n * 1000 + i + 100)
    })
  )

const held = Effect.fnUntraced(function*(count: number) {
  const store = yield* SpanStore
  const found: Array<number> = []
  for (let n = 0; n < count; n++) if ((yield* store.trace(ids(n))).length > 0) found.push(n)
  return found
})

describe("SpanStore in memory", () => {
  it.effect("gives a trace by its id, in order of start, whatever order its spans came in", () =>
    Effect.gen(function*() {
      const store = yield* SpanStore
      const spans = traceOf(1, ["a", "b", "c"])
      store.offer(spans.toReversed())
      store.offer(traceOf(2, ["x"]))
      assert.deepStrictEqual(yield* store.trace(ids(1)), spans)
      assert.deepStrictEqual(yield* store.trace(ids(9)), [])
    }).pipe(within({})))

  it.effect.prop(
    "never holds more than its bounds, evicts whole traces from the oldest on, and counts what it evicts",
    {
      sizes: Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 6 }))),
      maxSpans: Schema.Int.check(Schema.isBetween({ minimum: 6, maximum: 30 })),
      maxBytes: Schema.Int.check(Schema.isBetween({ minimum: 3000, maximum: 20_000 }))
    },
    ({ maxBytes, maxSpans, sizes }) =>
      Effect.gen(function*() {
        const store = yield* SpanStore
        let offered = 0
        for (const [n, size] of sizes.entries()) {
          store.offer(traceOf(n, Array.from({ length: size }, (_, i) => `operation ${i}`)))
          offered += size
          const stats = yield* store.stats
          assert.isAtMost(stats.spans, maxSpans)
          assert.isAtMost(stats.bytes, maxBytes)
          assert.strictEqual(stats.spans + stats.evictedSpans, offered)
          assert.strictEqual(stats.traces + stats.evictedTraces, stats.acceptedTraces)
        }
        // What is held are the newest, each with all its spans.
        const found = yield* held(sizes.length)
        assert.deepStrictEqual(found, sizes.map((_, n) => n).slice(sizes.length - found.length))
        for (const n of found) assert.strictEqual((yield* store.trace(ids(n))).length, sizes[n])
        // The index forgets what was evicted.
        const named = yield* store.search({ operation: "operation 0", limit: 1000 })
        assert.deepStrictEqual(named.map(({ traceId }) => traceId), found.map(ids).toReversed())
        const bytes = (yield* Effect.forEach(found, (n) => store.trace(ids(n)))).flat()
          .reduce((sum, span) => sum + estimateBytes(span), 0)
        assert.strictEqual((yield* store.stats).bytes, bytes)
      }).pipe(within({ maxSpans, maxBytes }))
  )

  it.effect("holds the same whether or not somebody looks in between", () =>
    Effect.gen(function*() {
      const offerAll = Effect.fnUntraced(function*(looks: boolean) {
        const store = yield* SpanStore
        for (let n = 0; n < 1500; n++) {
          // Spans of a trace come apart, and pauses of all lengths lie between.
          store.offer([...traceOf(n, ["a"]), ...traceOf(Math.max(0, n - 3), ["b"])])
          if (looks) yield* store.stats
          yield* TestClock.adjust(n % 50 === 0 ? 150 : n % 3)
        }
        return [yield* store.stats, yield* held(1500)] as const
      })
      const kept = within({ maxSpans: 900 })
      assert.deepStrictEqual(yield* kept(offerAll(false)), yield* kept(offerAll(true)))
    }))

  it.effect("forgets what is older than its age, by the clock", () =>
    Effect.gen(function*() {
      const store = yield* SpanStore
      store.offer(traceOf(0, ["a"]))
      yield* TestClock.adjust("40 seconds")
      store.offer(traceOf(1, ["a"]))
      yield* TestClock.adjust("20 seconds")
      assert.deepStrictEqual(yield* held(2), [0, 1])
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(yield* held(2), [1])
      assert.strictEqual((yield* store.stats).evictedSpans, 1)
    }).pipe(within({ maxAgeMillis: 60_000 })))

  it.effect("a trace that is larger than the bounds is evicted too", () =>
    Effect.gen(function*() {
      const store = yield* SpanStore
      store.offer(traceOf(0, Array.from({ length: 25 }, (_, i) => `s${i}`)))
      const stats = yield* store.stats
      assert.isAtMost(stats.spans, 10)
      assert.strictEqual(stats.spans + stats.evictedSpans, 25)
    }).pipe(within({ maxSpans: 10 })))

  it.effect("searches by what one span is: service, operation, duration, error, attributes, time; newest first", () =>
    Effect.gen(function*() {
      const store = yield* SpanStore
      store.offer([
        spanData({ traceId: ids(1), name: "decode", startTime: 100n, endTime: 110n, attributes: { sensor: 7 } }),
        spanData({ traceId: ids(1), name: "assess", startTime: 110n, endTime: 400n, parentSpanId: "00f067aa0ba902b7" }),
        spanData({
          traceId: ids(2),
          name: "decode",
          startTime: 200n,
          endTime: 205n,
          attributes: { sensor: "7", far: true }
        }),
        spanData({
          traceId: ids(3),
          name: "decode",
          startTime: 300n,
          endTime: 350n,
          status: { code: "error", message: "x" }
        }),
        spanData({
          traceId: ids(4),
          name: "GET",
          startTime: 400n,
          endTime: 401n,
          attributes: { "service.name": "gateway" }
        })
      ])
      const find = (query: Parameters<typeof store.search>[0]) =>
        Effect.map(store.search(query), (found) => found.map(({ traceId }) => Number(`0x${traceId.slice(-1)}`)))
      assert.deepStrictEqual(yield* find({}), [4, 3, 2, 1])
      assert.deepStrictEqual(yield* find({ limit: 2 }), [4, 3])
      assert.deepStrictEqual(yield* find({ service: "fusion" }), [3, 2, 1])
      assert.deepStrictEqual(yield* find({ service: "gateway" }), [4])
      assert.deepStrictEqual(yield* find({ operation: "decode" }), [3, 2, 1])
      assert.deepStrictEqual(yield* find({ operation: "nothing" }), [])
      assert.deepStrictEqual(yield* find({ minDurationNanos: 50n }), [3, 1])
      assert.deepStrictEqual(yield* find({ operation: "decode", minDurationNanos: 50n }), [3])
      assert.deepStrictEqual(yield* find({ maxDurationNanos: 5n }), [4, 2])
      assert.deepStrictEqual(yield* find({ error: true }), [3])
      assert.deepStrictEqual(yield* find({ operation: "decode", error: false }), [2, 1])
      assert.deepStrictEqual(yield* find({ attributes: { sensor: "7" } }), [2, 1])
      assert.deepStrictEqual(yield* find({ attributes: { sensor: 7, far: true } }), [2])
      assert.deepStrictEqual(yield* find({ attributes: { toString: "x" } }), [])
      assert.deepStrictEqual(yield* find({ since: 200n, until: 300n }), [2])
      const [summary] = yield* store.search({ attributes: { sensor: 7 }, until: 200n })
      assert.deepStrictEqual(summary, {
        traceId: ids(1),
        startTime: 100n,
        durationNanos: 300n,
        spans: 2,
        errors: 0,
        root: "decode"
      })
    }).pipe(within({ service: "fusion" })))

  it.effect("where nothing is kept, reading says why", () =>
    Effect.gen(function*() {
      const store = yield* SpanStore
      store.offer(traceOf(0, ["a"]))
      const error = yield* Effect.flip(store.search({}))
      assert.deepStrictEqual([error.reason, error.message], ["NotKept", "tracing is off"])
      assert.strictEqual((yield* store.stats).spans, 0)
    }).pipe(Effect.provide(SpanStore.layerOff("tracing is off"))))
})
