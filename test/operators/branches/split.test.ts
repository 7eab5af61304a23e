import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Layer, Schema, Stream } from "effect"
import type { Element, Item } from "../../../src/domain/stream/Batch.ts"
import { progress, tick, watermark } from "../../../src/domain/stream/Envelope.ts"
import { StageChannels } from "../../../src/layers/stage/StageChannels.ts"
import { StageTracing } from "../../../src/layers/stage/StageHooks.ts"
import { split } from "../../../src/operators/branches/split.ts"
import * as Stage from "../../../src/operators/stage/Stage.ts"
import { arrays, collectItems, events, payloadsOf } from "../../../src/testing/envelopes.ts"
import { cutInto } from "../../../src/testing/laws.ts"
import { stageLayer } from "../../../src/testing/testLayers.ts"

const Input = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 99 }))).check(Schema.isMinLength(1))
const Sizes = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 7 })))

const mark = (offset: number) => progress([{ topic: "t", partition: 0, offset }])
const isEven = (n: number) => n % 2 === 0
/** Not pure, so that it has a queue. */
const named = (name: string) =>
  Stage.effectful<number, string, never, never>({
    name,
    step: (batch, emit) =>
      Effect.sync(() => {
        for (const event of batch) emit.out(event, `${name} ${event.payload}`)
      })
  })
const parity = split({ name: "parity", when: isEven, to: named("even"), otherwise: named("odd"), capacity: 3 })

const itemsFrom = (numbers: ReadonlyArray<number>): ReadonlyArray<Item<number>> =>
  events(numbers, (i) => ({ sampled: i % 3 === 0 })).flatMap((event, i): ReadonlyArray<Item<number>> =>
    i % 4 === 3 ? [event, watermark(i), mark(i + 1)] : i % 7 === 6 ? [event, tick(i)] : [event]
  )

/** A branch that begins when it is told. */
const waiting = (gate: Deferred.Deferred<void>) =>
  Stage.effectful<number, string, never, never>({
    name: "waiting",
    step: (batch, emit) =>
      Effect.map(Deferred.await(gate), () => {
        for (const event of batch) emit.out(event, `slow ${event.payload}`)
      })
  })

describe("split", () => {
  it.effect.prop(
    "each event goes its way, in order, with what it carries; no control overtakes an event and each comes once",
    { input: Input, sizes: Sizes },
    ({ input, sizes }) =>
      Effect.gen(function*() {
        const items = itemsFrom(input)
        const out = yield* collectItems(arrays(cutInto(items, sizes)).pipe(parity))
        const expected = input.map((n) => `${isEven(n) ? "even" : "odd"} ${n}`)
        for (const way of ["even", "odd"]) {
          const ofWay = (texts: ReadonlyArray<string>) => texts.filter((text) => text.startsWith(way))
          assert.deepStrictEqual(ofWay(payloadsOf(out)), ofWay(expected))
        }
        const given = new Map(
          items.flatMap((item) => item._tag === "Event" ? [[item.context.id, item] as const] : [])
        )
        for (const item of out) {
          if (item._tag !== "Event") continue
          const { context: { id, trace }, followed } = item
          assert.deepStrictEqual([trace.sampled, followed], [
            given.get(id)?.context.trace.sampled,
            given.get(id)?.followed
          ])
        }
        const controls = (all: ReadonlyArray<Item<unknown>>) =>
          all.filter((item) => item._tag !== "Event" && !(item._tag === "Watermark" && item.time === Infinity))
        assert.deepStrictEqual(controls(out), controls(items))
        let passed = 0
        for (const item of out) {
          if (item._tag === "Event") passed++
          if (item._tag === "Progress") assert.isAtLeast(passed, item.positions[0]?.offset ?? Infinity)
        }
      }).pipe(Effect.provide(stageLayer))
  )

  it.effect("one branch goes on while the other does nothing, until that one's queue is full", () =>
    Effect.gen(function*() {
      const gate = yield* Deferred.make<void>()
      const seen: Array<string> = []
      const inputs = [[1, 2], [3, 4], [5, 6], [7, 8], [9, 10], [11, 12]].map((part) => events(part))
      const operator = split({ name: "parity", when: isEven, to: named("even"), otherwise: waiting(gate), capacity: 3 })
      const fiber = yield* Effect.forkChild(
        arrays(inputs).pipe(
          operator,
          Stream.runForEach((element) =>
            Effect.sync(() => void (element._tag === "Batch" && seen.push(...element.payloads)))
          )
        )
      )
      yield* Effect.forEach(Array.from({ length: 100 }), () => Effect.yieldNow, { discard: true })
      // One odd number is in the step and three are in the queue; the fifth holds up all that comes after it.
      assert.deepStrictEqual(seen, ["even 2", "even 4", "even 6", "even 8", "even 10"])
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.join(fiber)
      assert.lengthOf(seen, 12)
    }).pipe(Effect.provide(stageLayer)))

  it.effect("an event waits in front of its own branch alone", () =>
    Effect.gen(function*() {
      const waits: Array<string> = []
      const tracing = StageTracing.of({
        ...StageTracing.defaultValue(),
        wait: (stage, { id }, what) => void waits.push(`${id} ${stage} ${what}`)
      })
      const both = events([1, 2], () => ({ sampled: true }))
      yield* collectItems(arrays([both]).pipe(parity)).pipe(Effect.provideService(StageTracing, tracing))
      const expected = both.flatMap(({ context: { id } }) => [`${id} parity queue`, `${id} parity merge queue`])
      assert.sameMembers(waits, expected)
    }).pipe(Effect.provide(stageLayer)))

  it.effect("when a branch fails the whole fails, and no mark goes on that the branch has not passed", () =>
    Effect.gen(function*() {
      const failing = Stage.effectful<number, string, never, never, string>({
        name: "failing",
        step: () => Effect.void,
        onControl: (control) =>
          control._tag === "Progress" && control.positions[0]?.offset === 2 ? Effect.fail("broken") : Effect.void
      })
      const seen: Array<Element<string>> = []
      const [first, second] = events([1, 2])
      assert.isDefined(first)
      assert.isDefined(second)
      const exit = yield* arrays<number>([[first, mark(1)], [second, mark(2)]]).pipe(
        split({ name: "parity", when: isEven, to: named("even"), otherwise: failing }),
        Stream.runForEach((element) => Effect.sync(() => seen.push(element))),
        Effect.exit
      )
      assert.isTrue(Exit.isFailure(exit))
      assert.deepStrictEqual(seen.filter((element) => element._tag === "Progress"), [mark(1)])
    }).pipe(Effect.provide(stageLayer)))

  it.effect("its queues are told by the names of the stages that they lie between", () =>
    Effect.gen(function*() {
      yield* collectItems(arrays([events([1, 2])]).pipe(parity))
      const edges = Array.from((yield* StageChannels).occupancy(), ([edge]) => edge)
      assert.sameMembers(edges, ["parity -> even", "parity -> odd", "even -> parity merge", "odd -> parity merge"])
    }).pipe(Effect.provide(Layer.merge(stageLayer, StageChannels.layerMemory))))

  it("is drawn with its queues", () => {
    const { edges, nodes } = parity.graph
    assert.deepStrictEqual(
      edges.map(({ capacity, from, to }) => [nodes[from]?.name, nodes[to]?.name, capacity]),
      [["parity", "even", 3], ["parity", "odd", 3], ["even", "parity merge", 3], ["odd", "parity merge", 3]]
    )
  })
})
