import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import { StageRegistry } from "../../../src/layers/stage/StageRegistry.ts"
import { StageState } from "../../../src/layers/stage/StageState.ts"
import { dedupe } from "../../../src/operators/keyed/dedupe.ts"
import { arrays, collectArrays, collectItems, events, payloadsOf } from "../../../src/testing/envelopes.ts"
import { cutsDoNotMatter, survivesRestore } from "../../../src/testing/laws.ts"
import { stageLayer } from "../../../src/testing/testLayers.ts"

interface Arrival {
  readonly key: string
  readonly at: number
}

const counted = (
  arrivals: ReadonlyArray<Arrival>,
  { capacity = 1000, cut = 7, ttlMillis = 1000 }: { capacity?: number; cut?: number; ttlMillis?: number } = {}
) =>
  Effect.gen(function*() {
    const all = events(arrivals, (index) => ({ ingestTime: arrivals[index]?.at ?? 0 }))
    const parts = Array.from({ length: Math.ceil(all.length / cut) }, (_, i) => all.slice(i * cut, (i + 1) * cut))
    const out = yield* collectItems(
      arrays(parts).pipe(dedupe<Arrival>({ key: ({ key }) => key, ttlMillis, capacity }))
    )
    const { evicted, filteredReasons, processed } = (yield* StageRegistry).countsOf("dedupe")
    const kept = payloadsOf(out)
    assert.deepStrictEqual(
      [...filteredReasons],
      kept.length === arrivals.length ? [] : [
        ["duplicate", arrivals.length - kept.length]
      ]
    )
    assert.strictEqual(processed, kept.length)
    return { kept, evicted }
  }).pipe(Effect.provide(stageLayer))

const run = (...given: Parameters<typeof counted>) => Effect.map(counted(...given), ({ kept }) => kept)

const at = (key: string, time: number): Arrival => ({ key, at: time })

describe("dedupe", () => {
  it.effect("lets the first of each key through, in order, and counts the others", () =>
    Effect.gen(function*() {
      const kept = yield* run([at("a", 0), at("b", 1), at("a", 2), at("c", 3), at("b", 4), at("b", 5)])
      assert.deepStrictEqual(kept, [at("a", 0), at("b", 1), at("c", 3)])
    }))

  it.effect("a key is held for its TTL, to the millisecond, counted from when it was let through", () =>
    Effect.gen(function*() {
      const kept = yield* run([at("a", 0), at("a", 900), at("a", 1000), at("a", 1001), at("a", 2001), at("a", 2002)])
      assert.deepStrictEqual(kept, [at("a", 0), at("a", 1001), at("a", 2002)])
    }))

  it.effect("the oldest key goes when there is one too many", () =>
    Effect.gen(function*() {
      const first = [at("a", 0), at("b", 1), at("c", 2)]
      assert.deepStrictEqual(yield* run([...first, at("a", 3)], { capacity: 3 }), first)
      assert.deepStrictEqual(yield* run([...first, at("d", 3), at("b", 4), at("a", 5)], { capacity: 3 }), [
        ...first,
        at("d", 3),
        at("a", 5)
      ])
    }))

  it.effect("only what goes before its time counts as evicted", () =>
    Effect.gen(function*() {
      const five = ["a", "b", "c", "d", "e"].map((key, i) => at(key, 10 * i))
      assert.strictEqual((yield* counted(five, { capacity: 5 })).evicted, 0)
      assert.strictEqual((yield* counted(five, { capacity: 3 })).evicted, 2)
      assert.strictEqual((yield* counted(five, { capacity: 3, ttlMillis: 15 })).evicted, 0)
    }))

  it.effect("a record received out of order is a duplicate all the same", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* run([at("a", 5000), at("a", 100)]), [at("a", 5000)])
    }))

  it.effect("arrays in which all are duplicates do not end the stream, and arrays are kept", () =>
    Effect.gen(function*() {
      const all = events(["a", "b", "a", "b", "c"])
      const out = yield* collectArrays(
        arrays([all.slice(0, 2), all.slice(2, 4), all.slice(4)]).pipe(
          dedupe<string>({ key: (key) => key, ttlMillis: 100, capacity: 10 })
        )
      )
      assert.deepStrictEqual(out.map((part) => payloadsOf(part)), [["a", "b"], ["c"], []])
    }).pipe(Effect.provide(stageLayer)))

  const Arrivals = Schema.Array(Schema.Struct({
    key: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 12 })),
    gap: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 40 }))
  })).check(Schema.isMaxLength(200))

  it.effect.prop(
    "does what a list of the last keys would do",
    {
      arrivals: Arrivals,
      capacity: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 8 })),
      cut: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 9 }))
    },
    ({ arrivals, capacity, cut }) =>
      Effect.gen(function*() {
        const ttlMillis = 100
        let time = 0
        const input = arrivals.map(({ gap, key }) => at(String(key), time += gap))
        let held: ReadonlyArray<Arrival> = []
        const expected = input.filter((arrival) => {
          if (held.some(({ at, key }) => key === arrival.key && arrival.at - at <= ttlMillis)) return false
          held = [...held.filter(({ key }) => key !== arrival.key), arrival].slice(-capacity)
          return true
        })
        assert.deepStrictEqual(yield* run(input, { capacity, cut, ttlMillis }), expected)
      })
  )

  it.effect.prop(
    "any cut and a restore anywhere give the same, whichever way receive times go",
    {
      arrivals: Arrivals,
      back: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 150 })),
      place: Schema.Int,
      sizes: Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 9 })))
    },
    ({ arrivals, back, place, sizes }) => {
      let time = 0
      const input = arrivals.map(({ gap, key }, i) => at(String(key), (time += gap) - (i % 3) * back))
      const items = events(input, (index) => ({ ingestTime: input[index]?.at ?? 0 }))
      const operator = dedupe<Arrival>({ key: ({ key }) => key, ttlMillis: 100, capacity: 5 })
      return Effect.all([
        cutsDoNotMatter(operator, items, sizes),
        survivesRestore(operator, items, Math.abs(place) % (items.length + 1))
      ], { discard: true })
    }
  )

  it.effect("tells how many keys it holds", () =>
    Effect.gen(function*() {
      const operator = dedupe<string>({ key: (key) => key, ttlMillis: 100, capacity: 3 })
      yield* collectItems(arrays<string>([events(["a", "b", "a"]), events(["c", "d", "e"])]).pipe(operator))
      assert.strictEqual((yield* StageState).sizes().get("dedupe")?.get("seen"), 3)
    }).pipe(Effect.provide(Layer.merge(stageLayer, StageState.layerMemory()))))

  it.effect("holds a few thousand keys that come and go without losing its place", () =>
    Effect.gen(function*() {
      const input = Array.from({ length: 20_000 }, (_, i) => at(`k${i >> 1}`, i))
      const kept = yield* run(input, { capacity: 50, cut: 256 })
      assert.strictEqual(kept.length, 10_000)
    }))
})
