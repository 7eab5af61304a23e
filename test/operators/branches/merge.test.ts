import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Layer, Queue, Schema, Stream } from "effect"
import { type Item, itemsOf } from "../../../src/domain/stream/Batch.ts"
import { type Control, envelope, progress, watermark } from "../../../src/domain/stream/Envelope.ts"
import { StageChannels } from "../../../src/layers/stage/StageChannels.ts"
import type { UnkeptState } from "../../../src/layers/stage/UnkeptState.ts"
import { merge, mergeTagged } from "../../../src/operators/branches/merge.ts"
import { buffer } from "../../../src/operators/shaping/buffer.ts"
import * as Stage from "../../../src/operators/stage/Stage.ts"
import * as State from "../../../src/operators/state/State.ts"
import { arrays, collectItems, contextOf, events, payloadsOf } from "../../../src/testing/envelopes.ts"
import { tracedStages } from "../../../src/testing/recordingTracer.ts"
import { stageLayer } from "../../../src/testing/testLayers.ts"

const Gaps = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 3 }))).check(Schema.isMaxLength(30))

/** A sensor in order of time: an array an event, then its watermark. `gaps`: how much later each event is, and how often it yields before. */
const sensor = (name: string, gaps: ReadonlyArray<number>, patience: ReadonlyArray<number>) => {
  let time = 0
  const parts = gaps.map((gap, i) => {
    time += gap
    const all = events([`${name}${i}`], () => ({ eventTime: time, sourceId: name }))
    return [...all, watermark(time - 1)]
  })
  return arrays<string>(parts).pipe(
    Stream.mapArrayEffect((elements) =>
      Effect.as(
        Effect.forEach(Array.from({ length: patience[elements.length % Math.max(1, patience.length)] ?? 0 }), () =>
          Effect.yieldNow),
        elements
      )
    )
  )
}

/** Counts per ten of event time, emitted when the watermark passes: what a window does. */
const perTen = Stage.stateful<string, string, Map<number, number>, UnkeptState>({
  name: "per-ten",
  state: State.unkept(() => new Map()),
  onEvents: (open, batch) => {
    for (const { context } of batch) {
      const window = Math.floor(context.eventTime / 10)
      open.set(window, (open.get(window) ?? 0) + 1)
    }
  },
  onWatermark: (open, time, emit) => {
    for (const [window, count] of [...open].toSorted(([a], [b]) => a - b)) {
      if ((window + 1) * 10 > time + 1 && time !== Infinity) continue
      emit.continued(envelope("", contextOf(window)), `${window}: ${count}`)
      open.delete(window)
    }
  }
})

describe("merge", () => {
  it.effect.prop(
    "loses and doubles nothing, keeps each input's order, never lets the watermark pass an input's",
    { a: Gaps, b: Gaps, patience: Gaps },
    ({ a, b, patience }) =>
      Effect.gen(function*() {
        const inputs = { a: sensor("a", a, patience), b: sensor("b", b, []) }
        const out = yield* collectItems(merge(inputs, { capacity: 2 }))
        for (const [name, gaps] of [["a", a], ["b", b]] as const) {
          assert.deepStrictEqual(
            payloadsOf(out).filter((payload) => payload.startsWith(name)),
            gaps.map((_, i) => `${name}${i}`)
          )
        }
        let time = -Infinity
        for (const item of out) {
          if (item._tag === "Watermark") {
            assert.isAbove(item.time, time)
            time = item.time
          } else if (item._tag === "Event") assert.isAbove(item.context.eventTime, time)
        }
        assert.strictEqual(time, Infinity)
      }).pipe(Effect.provide(stageLayer))
  )

  it.effect.prop(
    "is insensitive to how its inputs interleave: windows behind it give the same",
    { a: Gaps, b: Gaps, patience: Gaps },
    ({ a, b, patience }) =>
      Effect.gen(function*() {
        const windows = (first: ReadonlyArray<number>, second: ReadonlyArray<number>) =>
          Effect.map(
            collectItems(merge({ a: sensor("a", a, first), b: sensor("b", b, second) }).pipe(perTen)),
            payloadsOf
          )
        assert.deepStrictEqual(yield* windows(patience, []), yield* windows([], patience))
      }).pipe(Effect.provide(stageLayer))
  )

  it.effect("an input that has ended holds nothing back; progress marks pass behind their events", () =>
    Effect.gen(function*() {
      const gate = yield* Queue.unbounded<ReadonlyArray<Item<string>>>()
      const mark = progress([{ topic: "b", partition: 0, offset: 1 }])
      const short = arrays<string>([[...events(["a0"]), watermark(5)]])
      const open = Stream.fromQueue(gate).pipe(Stream.flatMap((part) => arrays([part])))
      const out = yield* Queue.unbounded<Item<string>>()
      const fiber = yield* Effect.forkChild(
        Stream.runForEachArray(merge({ short, open }), (elements) => Queue.offerAll(out, itemsOf(elements)))
      )
      assert.strictEqual((yield* Queue.take(out))._tag, "Event")
      yield* Queue.offer(gate, [...events(["b0"]), watermark(50), mark])
      assert.strictEqual((yield* Queue.take(out))._tag, "Event")
      assert.deepStrictEqual<Item<string>>(yield* Queue.take(out), watermark(50))
      assert.deepStrictEqual<Item<string>>(yield* Queue.take(out), mark)
      yield* Fiber.interrupt(fiber)
    }).pipe(Effect.provide(stageLayer)))

  it.effect("what came before a failure goes on before it", () =>
    Effect.gen(function*() {
      const seen: Array<string> = []
      const failing = Stream.concat(arrays<string>([events(["a0", "a1"])]), Stream.fail("broken"))
      const exit = yield* merge({ failing, silent: Stream.concat(arrays<string>([]), Stream.never) }).pipe(
        Stream.runForEach((element) =>
          Effect.sync(() => {
            if (element._tag === "Batch") seen.push(...element.payloads)
          })
        ),
        Effect.exit
      )
      assert.deepStrictEqual(exit, Exit.fail("broken"))
      assert.deepStrictEqual(seen, ["a0", "a1"])
    }))

  it.effect("tags say the input", () =>
    Effect.gen(function*() {
      const out = yield* collectItems(mergeTagged({
        left: arrays<number>([events([1])]),
        right: arrays<string>([events(["x"])])
      }))
      const typed: ReadonlyArray<
        { readonly side: "left"; readonly value: number } | { readonly side: "right"; readonly value: string }
      > = payloadsOf(out)
      assert.deepStrictEqual(typed.toSorted((a, b) => a.side < b.side ? -1 : 1), [
        { side: "left", value: 1 },
        { side: "right", value: "x" }
      ])
    }))

  it.effect("a full inlet holds back its input, and its occupancy tells", () =>
    Effect.gen(function*() {
      const channels = yield* StageChannels
      let sent = 0
      const counted = (name: string) =>
        arrays<string>(Array.from({ length: 20 }, (_, i) => events([`${name}${i}`]))).pipe(
          Stream.tap(() => Effect.sync(() => sent++)),
          Stream.rechunk(1)
        )
      const fiber = yield* merge({ a: counted("a") }, { name: "m", capacity: 4 }).pipe(
        Stream.runForEach(() => Effect.never),
        Effect.forkChild
      )
      for (let i = 0; i < 200; i++) yield* Effect.yieldNow
      // One is with the reader, four wait, one stands at the door.
      assert.isAtMost(sent, 7)
      assert.deepStrictEqual([...channels.occupancy()], [["a -> m", 1]])
      yield* Fiber.interrupt(fiber)
    }).pipe(Effect.provide(StageChannels.layerMemory)))
})

describe("buffer", () => {
  it.effect.prop(
    "changes nothing",
    { sizes: Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 9 }))), capacity: Schema.Int },
    ({ capacity, sizes }) =>
      Effect.gen(function*() {
        const parts = sizes.map((size, part): ReadonlyArray<Item<number>> => [
          ...events(Array.from({ length: size }, (_, i) => part * 10 + i)),
          watermark(part)
        ])
        const between = buffer<number>({ capacity: capacity % 20, policy: "backpressure", reason: "test" })
        const shown = (items: ReadonlyArray<Item<number>>): ReadonlyArray<number | Control> =>
          items.map((item) => item._tag === "Event" ? item.payload : item)
        assert.deepStrictEqual(shown(yield* collectItems(arrays(parts).pipe(between))), shown(parts.flat()))
      }).pipe(Effect.provide(stageLayer))
  )

  it.effect("a sampled event's waiting is a span", () =>
    Effect.gen(function*() {
      const { layer, spans } = tracedStages()
      const between = buffer<number>({ name: "between", capacity: 4, policy: "backpressure", reason: "test" })
      yield* arrays<number>([events([1, 2], (i) => ({ sampled: i === 1 }))]).pipe(
        between,
        Stream.runDrain,
        Effect.provide(Layer.mergeAll(layer, stageLayer))
      )
      assert.deepStrictEqual(spans.map((span) => [span.name, span.attributes.get("perigee.wait"), span.status._tag]), [
        ["between queue", "queue", "Ended"]
      ])
    }))
})
