import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Queue, Schema, Stream } from "effect"
import { TestClock } from "effect/testing"
import { type Item, itemsOf } from "../../../src/domain/stream/Batch.ts"
import { progress, tick, watermark } from "../../../src/domain/stream/Envelope.ts"
import { batch } from "../../../src/operators/shaping/batch.ts"
import * as Stage from "../../../src/operators/stage/Stage.ts"
import { arrays, collectItems, events, payloadsOf } from "../../../src/testing/envelopes.ts"
import { cutInto, cutsDoNotMatter, runLaw, survivesRestore } from "../../../src/testing/laws.ts"
import { tracedStages } from "../../../src/testing/recordingTracer.ts"
import { stageLayer } from "../../../src/testing/testLayers.ts"

const Input = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 99 }))).check(Schema.isMinLength(1))
const Sizes = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 7 })))
const Size = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 9 }))

const mark = (offset: number) => progress([{ topic: "t", partition: 0, offset }])

const itemsFrom = (numbers: ReadonlyArray<number>): ReadonlyArray<Item<number>> =>
  events(numbers).flatMap((event, i): ReadonlyArray<Item<number>> =>
    i % 4 === 3 ? [event, watermark(i - 1), mark(i + 1)] : i % 7 === 6 ? [event, tick(i + 3)] : [event]
  )

describe("batch", () => {
  it.effect.prop(
    "the same groups whatever the arrays; nothing lost, doubled or out of order, none too large",
    { input: Input, sizes: Sizes, size: Size },
    ({ input, size, sizes }) =>
      Effect.gen(function*() {
        const grouped = batch<number>({ size, bytes: { max: 150, of: (n) => n }, withinMillis: 5, timer: "ticks" })
        yield* cutsDoNotMatter(grouped, itemsFrom(input), sizes)
        const { out } = yield* runLaw(grouped, cutInto(itemsFrom(input), sizes))
        const groups = out.filter((each): each is ReadonlyArray<number> => Array.isArray(each))
        assert.deepStrictEqual(groups.flat(), input)
        for (const group of groups) {
          assert.isAtMost(group.length, size)
          assert.isTrue(group.length === 1 || group.reduce((sum, n) => sum + n, 0) <= 150)
        }
      })
  )

  it.effect.prop(
    "a mark goes on when all before it is out; the watermark never passes an open group",
    { input: Input, size: Size },
    ({ input, size }) =>
      Effect.gen(function*() {
        const out = yield* collectItems(arrays([itemsFrom(input)]).pipe(batch<number>({ size })))
        let emitted = 0
        let time = -Infinity
        for (const item of out) {
          if (item._tag === "Event") {
            emitted += item.payload.length
            assert.isAbove(item.context.eventTime, time)
          } else if (item._tag === "Watermark") time = item.time
          else if (item._tag === "Progress") assert.isAtLeast(emitted, item.positions[0]?.offset ?? Infinity)
        }
        assert.strictEqual(emitted, input.length)
        const marks = (items: ReadonlyArray<Item<unknown>>) => items.filter((item) => item._tag === "Progress")
        assert.deepStrictEqual(marks(out), marks(itemsFrom(input)))
      }).pipe(Effect.provide(stageLayer))
  )

  it.effect.prop(
    "with a schema of its payload it goes on after a restore as if nothing had been",
    { input: Input, size: Size, at: Schema.Int },
    ({ at, input, size }) => {
      const items = itemsFrom(input)
      const grouped = batch<number>({ size, withinMillis: 9, timer: "ticks", payload: Schema.Finite })
      return survivesRestore(grouped, items, Math.abs(at) % (items.length + 1))
    }
  )

  it.effect("by the clock: emitted when its time is over, while no array comes; later events make another", () =>
    Effect.gen(function*() {
      const input = yield* Queue.unbounded<ReadonlyArray<Item<number>>>()
      const out = yield* Queue.unbounded<Item<ReadonlyArray<number>>>()
      const fiber = yield* Stream.fromQueue(input).pipe(
        Stream.flatMap((part) => arrays([part])),
        batch<number>({ size: 10, withinMillis: 100 }),
        Stream.runForEachArray((elements) => Queue.offerAll(out, itemsOf(elements))),
        Effect.forkChild
      )
      const settle = Effect.forEach(Array.from({ length: 50 }), () => Effect.yieldNow, { discard: true })
      const all = events([1, 2, 3, 4])
      const waiting = () => Queue.sizeUnsafe(out)
      yield* Queue.offer(input, all.slice(0, 1))
      yield* settle
      yield* TestClock.adjust("60 millis")
      yield* Queue.offer(input, [...all.slice(1, 2), mark(2)])
      yield* settle
      yield* TestClock.adjust("39 millis")
      yield* settle
      assert.strictEqual(waiting(), 0)
      yield* TestClock.adjust("1 millis")
      yield* settle
      const emitted = yield* Queue.takeAll(out)
      assert.deepStrictEqual(emitted.map((item) => item._tag === "Event" ? item.payload : item), [[1, 2], mark(2)])
      yield* Queue.offer(input, all.slice(2, 3))
      yield* settle
      yield* TestClock.adjust("50 millis")
      yield* Queue.offer(input, all.slice(3))
      yield* settle
      yield* TestClock.adjust("50 millis")
      yield* settle
      assert.deepStrictEqual(payloadsOf(yield* Queue.takeAll(out)), [[3, 4]])
      yield* Fiber.interrupt(fiber)
    }).pipe(Effect.provide(stageLayer)))

  it.effect("one span a group, linked to its members; each member has its own", () =>
    Effect.gen(function*() {
      const { layer, spans } = tracedStages()
      const all = events([1, 2, 3], (i) => ({ sampled: i !== 1 }))
      yield* arrays<number>([all]).pipe(
        batch<number>({ size: 3 }),
        Stage.map("next", (group) => group.length),
        Stream.runDrain,
        Effect.provide(Layer.mergeAll(layer, stageLayer))
      )
      const named = spans.filter((span) => span.name === "batch")
      const traces = named.map((span) => span.traceId)
      for (const place of [0, 2]) assert.include(traces, all[place]?.context.trace.traceId)
      assert.deepStrictEqual(
        spans.flatMap((span) => span.links.map((link) => link.span.traceId)),
        [all[0]?.context.trace.traceId]
      )
      assert.isTrue(spans.every((span) => span.status._tag === "Ended"))
    }))
})
