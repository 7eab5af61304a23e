import { assert, describe, it } from "@effect/vitest"
import { Data, Effect, Fiber, Layer, Metric, Schema, Stream } from "effect"
import { TestClock } from "effect/testing"
import type { Item } from "../../../src/domain/stream/Batch.ts"
import { progress, watermark } from "../../../src/domain/stream/Envelope.ts"
import { DeadLettersMemory } from "../../../src/layers/deadletters/DeadLetters.ts"
import { StageRegistry } from "../../../src/layers/stage/StageRegistry.ts"
import { asyncCall } from "../../../src/operators/calls/asyncCall.ts"
import { lookup } from "../../../src/operators/calls/lookup.ts"
import { noRetry, retry } from "../../../src/operators/stage/Stage.ts"
import { arrays, collectItems, events, payloadsOf } from "../../../src/testing/envelopes.ts"
import { cutInto } from "../../../src/testing/laws.ts"
import { tracedStages } from "../../../src/testing/recordingTracer.ts"
import { stageLayer } from "../../../src/testing/testLayers.ts"

const Delays = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 50 }))).check(
  Schema.isMaxLength(40)
)
const Sizes = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 7 })))
const Few = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 6 }))

class Unavailable extends Data.TaggedError("Unavailable")<{ readonly n: number }> {}
class Wrong extends Data.TaggedError("Wrong")<{ readonly n: number }> {}

/** Lets the test clock run until the effect is done. */
const whileTimePasses = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const fiber = yield* Effect.forkChild(effect)
    while (fiber.pollUnsafe() === undefined) yield* TestClock.adjust("10 millis")
    return yield* Fiber.join(fiber)
  })

const withMarks = (delays: ReadonlyArray<number>): ReadonlyArray<Item<number>> =>
  events(delays.map((_, i) => i)).flatMap((event, i): ReadonlyArray<Item<number>> =>
    i % 5 === 4 ? [event, watermark(i), progress([{ topic: "t", partition: 0, offset: i + 1 }])] : [event]
  )

describe("asyncCall", () => {
  it.effect.prop(
    "keeps the order of events and controls under any delays, with no more calls at a time than allowed",
    { delays: Delays, sizes: Sizes, concurrency: Few },
    ({ concurrency, delays, sizes }) =>
      Effect.gen(function*() {
        let running = 0
        let most = 0
        const calls = asyncCall<number, string, never, never>({
          name: "calls",
          concurrency,
          call: Effect.fnUntraced(function*(n) {
            most = Math.max(most, ++running)
            yield* Effect.sleep(delays[n] ?? 0)
            running--
            return `n${n}`
          })
        })
        const items = withMarks(delays)
        const out = yield* whileTimePasses(collectItems(arrays(cutInto(items, sizes)).pipe(calls)))
        assert.deepStrictEqual(
          out.map((item) => item._tag === "Event" ? item.payload : item),
          items.map((item) => item._tag === "Event" ? `n${item.payload}` : item)
        )
        assert.isAtMost(most, concurrency)
        const { emitted, in: taken, inFlight, processed } = (yield* StageRegistry).countsOf("calls")
        assert.deepStrictEqual([taken, processed, emitted, inFlight], [delays.length, delays.length, delays.length, 0])
      }).pipe(Effect.provide(stageLayer))
  )

  it.effect("calls of arrays that follow each other run at the same time", () =>
    Effect.gen(function*() {
      let running = 0
      const calls = asyncCall<number, number, never, never>({
        name: "calls",
        concurrency: 3,
        call: () => Effect.andThen(Effect.sync(() => running++), Effect.never)
      })
      const fiber = yield* Effect.forkChild(
        Stream.runDrain(arrays<number>([events([1]), events([2]), events([3]), events([4])]).pipe(calls))
      )
      for (let i = 0; i < 50; i++) yield* Effect.yieldNow
      assert.strictEqual(running, 3)
      yield* Fiber.interrupt(fiber)
    }).pipe(Effect.provide(stageLayer)))

  it.effect("errors by their class: tried again, given up, dropped; the others go on", () =>
    Effect.gen(function*() {
      const tries = new Map<number, number>()
      const calls = asyncCall<number, number, Unavailable | Wrong, never>({
        name: "calls",
        concurrency: 2,
        retry: retry(2, { baseMillis: 10, capMillis: 20 }),
        classify: ({ _tag, n }) => _tag === "Unavailable" ? "transient" : n === 4 ? "discardable" : "permanent",
        call: Effect.fnUntraced(function*(n) {
          const before = tries.get(n) ?? 0
          tries.set(n, before + 1)
          if (n === 1 && before < 2) return yield* new Unavailable({ n })
          if (n === 2) return yield* new Unavailable({ n })
          if (n === 3 || n === 4) return yield* new Wrong({ n })
          return n
        })
      })
      const out = yield* whileTimePasses(collectItems(arrays<number>([events([0, 1, 2, 3, 4, 5])]).pipe(calls)))
      assert.deepStrictEqual(payloadsOf(out), [0, 1, 5])
      assert.deepStrictEqual([...tries.values()], [1, 3, 3, 1, 1, 1])
      const { letters } = yield* DeadLettersMemory
      assert.deepStrictEqual(letters().map(({ errorKind, retryCount }) => [errorKind, retryCount]), [
        ["RetryBudgetExhausted", 2],
        ["ProcessingException", 0]
      ])
      const { dead, filtered } = (yield* StageRegistry).countsOf("calls")
      assert.deepStrictEqual([dead, filtered], [2, 1])
    }).pipe(Effect.provide(stageLayer)))

  it.effect("the current span of each call is its own event's, however they interleave", () =>
    Effect.gen(function*() {
      const { layer, spans } = tracedStages()
      const all = events([30, 20, 10, 0], (i) => ({ sampled: i !== 2 }))
      const calls = asyncCall<number, string | undefined, never, never>({
        name: "calls",
        concurrency: 4,
        call: Effect.fnUntraced(function*(n) {
          yield* Effect.sleep(n)
          const span = yield* Effect.option(Effect.currentSpan)
          return span._tag === "Some" ? span.value.traceId : undefined
        })
      })
      const out = yield* whileTimePasses(
        collectItems(arrays<number>([all]).pipe(calls)).pipe(Effect.provide(Layer.mergeAll(layer, stageLayer)))
      )
      assert.deepStrictEqual(
        payloadsOf(out),
        all.map(({ context }, i) => i === 2 ? undefined : context.trace.traceId)
      )
      assert.lengthOf(spans, 3)
      // Each ended with its own call, not with the array.
      assert.deepStrictEqual(
        spans.map(({ status }) => status._tag === "Ended" ? status.endTime / 1_000_000n : undefined),
        [30n, 20n, 0n]
      )
    }))

  it("policies are held to what makes sense", () => {
    assert.deepStrictEqual(retry(-3, { baseMillis: 0, capMillis: -1 }), { times: 0, baseMillis: 1, capMillis: 1 })
    assert.deepStrictEqual(retry(2.7), { times: 2, baseMillis: 50, capMillis: 5000 })
    assert.strictEqual(noRetry.times, 0)
  })
})

describe("lookup", () => {
  const counting = (load: (key: number) => Effect.Effect<string, Unavailable>) => {
    const loads: Array<number> = []
    const operator = (name: string, capacity: number, ttlMillis?: number) =>
      lookup<number, number, string, string, Unavailable, never>({
        name,
        key: (n) => n % 10,
        load: (key) =>
          Effect.suspend(() => {
            loads.push(key)
            return load(key)
          }),
        combine: (n, value) => `${n}:${value}`,
        capacity,
        ...(ttlMillis === undefined ? {} : { ttlMillis }),
        retry: noRetry
      })
    return { loads, operator }
  }
  const named = (key: number) => Effect.as(Effect.sleep(10), `v${key}`)

  const requests = (cache: string) =>
    Effect.map(Metric.snapshot, (metrics) =>
      Object.fromEntries(
        metrics.flatMap((metric) =>
          metric.id === "cache_requests_total" && metric.type === "Counter" && metric.attributes?.["cache"] === cache
            ? [[metric.attributes["outcome"], Number(metric.state.count)]]
            : []
        )
      ))

  it.effect.prop(
    "gives each event the value of its key in order; a key is loaded once, hits and misses add up",
    { input: Delays, sizes: Sizes },
    ({ input, sizes }) =>
      Effect.gen(function*() {
        const { loads, operator } = counting(named)
        const out = yield* whileTimePasses(
          collectItems(arrays(cutInto(events(input), sizes)).pipe(operator("names", 100)))
        )
        assert.deepStrictEqual(payloadsOf(out), input.map((n) => `${n}:v${n % 10}`))
        assert.strictEqual(new Set(loads).size, loads.length)
        const { hit = 0, miss = 0 } = yield* requests("names")
        assert.deepStrictEqual([miss, hit], [loads.length, input.length - loads.length])
      }).pipe(Effect.provide(stageLayer), Effect.provideService(Metric.MetricRegistry, new Map()))
  )

  it.effect("forgets the least recently used over its capacity, and what is older than its time", () =>
    Effect.gen(function*() {
      const { loads, operator } = counting(named)
      const one = (n: number) => arrays<number>([events([n])])
      const slow = one(1).pipe(
        Stream.concat(one(2)),
        Stream.concat(one(1)),
        Stream.concat(one(3)),
        Stream.concat(one(1)),
        Stream.concat(one(2)),
        Stream.mapEffect((element) => Effect.as(Effect.sleep(100), element))
      )
      yield* whileTimePasses(Stream.runDrain(slow.pipe(operator("small", 2))))
      assert.deepStrictEqual(loads, [1, 2, 3, 2])
      loads.length = 0
      yield* whileTimePasses(Stream.runDrain(slow.pipe(operator("short", 10, 150))))
      assert.deepStrictEqual(loads, [1, 2, 1, 3, 1, 2])
    }).pipe(Effect.provide(stageLayer)))

  it.effect("a load that fails is not remembered", () =>
    Effect.gen(function*() {
      let tries = 0
      const { loads, operator } = counting((key) =>
        Effect.suspend(() => tries++ === 0 ? Effect.fail(new Unavailable({ n: key })) : Effect.succeed("ok"))
      )
      const out = yield* collectItems(arrays<number>([events([1]), events([11])]).pipe(operator("failing", 10)))
      assert.deepStrictEqual(payloadsOf(out), ["11:ok"])
      assert.deepStrictEqual(loads, [1, 1])
    }).pipe(Effect.provide(stageLayer)))

  it.effect("who is served from the cache links to the trace that loaded the value", () =>
    Effect.gen(function*() {
      const { layer, spans } = tracedStages()
      const { operator } = counting((key) => Effect.succeed(`v${key}`))
      const all = events([1, 11, 2], () => ({ sampled: true }))
      yield* arrays<number>(all.map((event) => [event])).pipe(
        operator("names", 10),
        Stream.runDrain,
        Effect.provide(Layer.mergeAll(layer, stageLayer))
      )
      assert.deepStrictEqual(
        spans.map(({ links }) => links.map(({ span }) => span.spanId)),
        [[], [spans[0]?.spanId], []]
      )
    }))
})
