import { assert, describe, it } from "@effect/vitest"
import { Data, Effect, Exit, Schema, Stream } from "effect"
import type { Item } from "../../../src/domain/stream/Batch.ts"
import { progress } from "../../../src/domain/stream/Envelope.ts"
import { DeadLettersMemory } from "../../../src/layers/deadletters/DeadLetters.ts"
import { StageRegistry } from "../../../src/layers/stage/StageRegistry.ts"
import { divert } from "../../../src/operators/sinks/divert.ts"
import { sink } from "../../../src/operators/sinks/sink.ts"
import { noRetry } from "../../../src/operators/stage/Stage.ts"
import { arrays, collectItems, events, payloadsOf } from "../../../src/testing/envelopes.ts"
import { cutInto } from "../../../src/testing/laws.ts"
import { stageLayer } from "../../../src/testing/testLayers.ts"

const Sizes = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 7 })))
const Input = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 99 })))

class Refused extends Data.TaggedError("Refused")<{}> {}

const mark = (offset: number) => progress([{ topic: "t", partition: 0, offset }])

const withMarks = (numbers: ReadonlyArray<number>): ReadonlyArray<Item<number>> =>
  events(numbers, (i) => ({ sampled: i % 6 === 0 })).flatMap((event, i): ReadonlyArray<Item<number>> =>
    i % 4 === 3 ? [event, mark(i + 1)] : [event]
  )

describe("sink", () => {
  it.effect.prop(
    "writes everything once and in order, and commits nothing before it is written",
    { input: Input, sizes: Sizes },
    ({ input, sizes }) =>
      Effect.gen(function*() {
        const written: Array<number> = []
        const commits: Array<readonly [offset: number, written: number]> = []
        const store = sink<number, never, never>({
          name: "store",
          write: (payloads) => Effect.andThen(Effect.yieldNow, Effect.sync(() => void written.push(...payloads))),
          commit: ([position]) => Effect.sync(() => void commits.push([position?.offset ?? -1, written.length]))
        })
        const out = yield* collectItems(arrays(cutInto(withMarks(input), sizes)).pipe(store))
        assert.deepStrictEqual(written, input)
        assert.deepStrictEqual(payloadsOf(out), input)
        assert.lengthOf(commits, Math.floor(input.length / 4))
        for (const [offset, before] of commits) assert.isAtLeast(before, offset)
      }).pipe(Effect.provide(stageLayer))
  )

  it.effect("what it did not take is filtered under its reason; what cannot be written is a dead letter", () =>
    Effect.gen(function*() {
      const store = sink<number, Refused, never>({
        name: "store",
        retry: noRetry,
        write: Effect.fnUntraced(function*(payloads: ReadonlyArray<number>) {
          if (payloads.includes(3)) return yield* new Refused()
          return payloads.map((n) => n === 2 ? "stale" : undefined)
        })
      })
      const out = yield* collectItems(arrays<number>([events([1, 2, 3, 4])]).pipe(store))
      assert.deepStrictEqual(payloadsOf(out), [1, 4])
      const counts = (yield* StageRegistry).countsOf("store")
      assert.deepStrictEqual([...counts.filteredReasons], [["stale", 1]])
      const { letters } = yield* DeadLettersMemory
      assert.deepStrictEqual(letters().map(({ errorKind }) => errorKind), ["ProcessingException"])
    }).pipe(Effect.provide(stageLayer)))

  it.effect("a commit that fails ends the pipeline", () =>
    Effect.gen(function*() {
      const store = sink<number, never, never, string>({
        name: "store",
        write: () => Effect.void,
        commit: () => Effect.fail("fenced")
      })
      const exit = yield* Effect.exit(Stream.runDrain(arrays<number>([[...events([1]), mark(1)]]).pipe(store)))
      assert.deepStrictEqual(exit, Exit.fail("fenced"))
    }).pipe(Effect.provide(stageLayer)))
})

describe("divert", () => {
  it.effect.prop(
    "parts the stream without loss, both in order; what goes on has the narrower type",
    { input: Input, sizes: Sizes },
    ({ input, sizes }) =>
      Effect.gen(function*() {
        const aside: Array<string> = []
        const parted = divert({
          name: "aside",
          where: (payload: number | string): payload is string => typeof payload === "string",
          reason: () => "text",
          write: (texts: ReadonlyArray<string>) => Effect.sync(() => void aside.push(...texts))
        })
        const mixed = input.map((n) => n % 3 === 0 ? `t${n}` : n)
        const out = yield* collectItems(arrays(cutInto(events(mixed), sizes)).pipe(parted))
        const numbers: ReadonlyArray<number> = payloadsOf(out)
        assert.deepStrictEqual(numbers, input.filter((n) => n % 3 !== 0))
        assert.deepStrictEqual(aside, input.filter((n) => n % 3 === 0).map((n) => `t${n}`))
        assert.strictEqual((yield* StageRegistry).countsOf("aside").filtered, aside.length)
      }).pipe(Effect.provide(stageLayer))
  )
})
