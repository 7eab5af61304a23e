import { assert, describe, it } from "@effect/vitest"
import { Data, Effect, Exit, Fiber, Layer, Logger, Option, pipe, References, Schema, Stream } from "effect"
import { TestClock } from "effect/testing"
import type { Item } from "../../../src/domain/stream/Batch.ts"
import { lineageSteps, progress, tick, watermark } from "../../../src/domain/stream/Envelope.ts"
import { DeadLettersMemory } from "../../../src/layers/deadletters/DeadLetters.ts"
import { StageLineage, StageTracing } from "../../../src/layers/stage/StageHooks.ts"
import { StageRegistry } from "../../../src/layers/stage/StageRegistry.ts"
import type { UnkeptState } from "../../../src/layers/stage/UnkeptState.ts"
import * as Stage from "../../../src/operators/stage/Stage.ts"
import * as State from "../../../src/operators/state/State.ts"
import { arrays, collectArrays, collectItems, events, payloadsOf } from "../../../src/testing/envelopes.ts"
import { recordingTracer } from "../../../src/testing/recordingTracer.ts"
import { stageLayer } from "../../../src/testing/testLayers.ts"

const countsOf = (stage: string) => Effect.map(StageRegistry, (registry) => registry.countsOf(stage))

const addUp = (counts: { processed: number; filtered: number; late: number; dead: number; shed: number }) =>
  counts.processed + counts.filtered + counts.late + counts.dead + counts.shed

const shape = (element: Item<number>) => element._tag === "Event" ? element.payload : element

describe("Stage", () => {
  it.effect("keeps arrays, order and the place of controls", () =>
    Effect.gen(function*() {
      const [a, b, c, d] = events([1, 2, 3, 4])
      assert.isDefined(a)
      assert.isDefined(b)
      assert.isDefined(c)
      assert.isDefined(d)
      const mark = progress([{ topic: "t", partition: 0, offset: 3 }])
      const out = yield* collectArrays(
        arrays<number>([[a, watermark(5), b, mark], [tick(9), c, d]]).pipe(Stage.map("double", (n: number) => n * 2))
      )
      assert.deepStrictEqual(out.map((part) => part.map(shape)), [
        [2, watermark(5), 4, mark],
        [tick(9), 6, 8],
        [watermark(Infinity)]
      ])
    }).pipe(Effect.provide(stageLayer)))

  it.effect("an array of which nothing is left does not end the stream", () =>
    Effect.gen(function*() {
      const all = events([1, 2, 3, 4, 5, 6])
      const out = yield* collectArrays(
        arrays<number>([all.slice(0, 2), all.slice(2, 4), all.slice(4)]).pipe(
          Stage.filter("last", (n: number) => n > 4, "small")
        )
      )
      assert.deepStrictEqual(out.map((part) => payloadsOf(part)), [[5, 6], []])
      const counts = yield* countsOf("last")
      assert.deepStrictEqual([counts.in, counts.filtered, counts.processed, counts.emitted], [6, 4, 2, 2])
      assert.deepStrictEqual([...counts.filteredReasons], [["small", 4]])
    }).pipe(Effect.provide(stageLayer)))

  it.effect("a stateless step that throws loses only the event that makes it throw", () =>
    Effect.gen(function*() {
      const { letters } = yield* DeadLettersMemory
      const out = yield* collectItems(
        arrays<number>([events([1, 2, 3, 4])]).pipe(Stage.map("fragile", (n: number) => {
          if (n === 3) throw new Error("three")
          return n
        }))
      )
      assert.deepStrictEqual(payloadsOf(out), [1, 2, 4])
      assert.deepStrictEqual(letters().map(({ operator, errorKind, message }) => [operator, errorKind, message]), [
        ["fragile", "ProcessingException", "Error: three"]
      ])
      const counts = yield* countsOf("fragile")
      assert.deepStrictEqual([counts.in, counts.dead, counts.emitted, counts.inFlight], [4, 1, 3, 0])
    }).pipe(Effect.provide(stageLayer)))

  it.effect("a stateful step that throws ends the stream and names the stage", () =>
    Effect.gen(function*() {
      const exit = yield* arrays<number>([events([1])]).pipe(
        Stage.stateful<number, number, number, UnkeptState>({
          name: "broken",
          state: State.unkept(() => 0),
          onEvents: () => {
            throw new Error("bug")
          }
        }),
        Stream.runDrain,
        Effect.exit
      )
      assert.isTrue(Exit.isFailure(exit))
      assert.include(String(exit), "broken")
    }).pipe(Effect.provide(stageLayer)))

  it.effect("state goes from array to array and is flushed by the end", () =>
    Effect.gen(function*() {
      const sum = Stage.stateful<
        number,
        number,
        { total: number; last: ReturnType<typeof events<number>>[number] | undefined },
        UnkeptState
      >({
        name: "sum",
        state: State.unkept(() => ({ total: 0, last: undefined })),
        onEvents: (state, batch) => {
          for (const event of batch) {
            state.total += event.payload
            state.last = event
          }
        },
        onWatermark: (state, _time, emit) => {
          if (state.last !== undefined) emit.continued(state.last, state.total)
          state.total = 0
          state.last = undefined
        }
      })
      const all = events([1, 2, 3, 4])
      const out = yield* collectItems(
        arrays<number>([all.slice(0, 3), [watermark(1)], all.slice(3)]).pipe(sum)
      )
      assert.deepStrictEqual(payloadsOf(out), [6, 4])
    }).pipe(Effect.provide(stageLayer)))

  it.effect.prop(
    "the counts add up, and what one stage emits the next takes in, however the arrays are cut",
    { cuts: Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 5 }))), seed: Schema.Int },
    ({ cuts, seed }) =>
      Effect.gen(function*() {
        const parts = cuts.map((size, part) =>
          events(Array.from({ length: size }, (_, i) => part * 7 + i + (seed % 11)))
        )
        const fate = Stage.stateless<number, number>({
          name: "fate",
          step: (batch, emit) => {
            for (const event of batch) {
              const kind = Math.abs(event.payload) % 6
              if (kind === 0) emit.filtered(event, "zero")
              else if (kind === 1) emit.late(event, "late")
              else if (kind === 2) emit.dead(event, "ValidationFailed", "two")
              else if (kind === 3) emit.shed(event, "three")
              else if (kind === 4) {
                emit.out(event, 1)
                emit.out(event, 2)
              }
            }
          }
        })
        const pipeline = Stage.andThen(fate, Stage.map("next", (n: number) => n))
        assert.deepStrictEqual(pipeline.stages.map(({ name }) => name), ["fate", "next"])
        yield* Stream.runDrain(arrays<number>(parts).pipe(pipeline))
        const first = yield* countsOf("fate")
        const second = yield* countsOf("next")
        const { letters } = yield* DeadLettersMemory
        assert.strictEqual(first.in, cuts.reduce((total, size) => total + size, 0))
        assert.strictEqual(addUp(first), first.in)
        assert.strictEqual(first.inFlight, 0)
        assert.strictEqual(second.in, first.emitted)
        assert.strictEqual(letters().length, first.late + first.dead + first.shed)
      }).pipe(Effect.provide(stageLayer))
  )

  it.effect("only the sampled get spans; outputs are below them, with their lineage and their hops", () =>
    Effect.gen(function*() {
      const { spans, layer } = recordingTracer()
      const out = yield* collectItems(
        arrays<number>([
          events([1, 2, 3], (i) => ({ sampled: i === 1, ...(i === 1 ? { lineage: "source" as const } : {}) }))
        ]).pipe(
          Stage.map("first", (n: number) => n),
          Stage.map("second", (n: number) => n)
        )
      ).pipe(Effect.provide(Layer.mergeAll(StageTracing.layer, StageLineage.layer).pipe(Layer.provide(layer))))
      assert.deepStrictEqual(spans.map((span) => [span.name, span.status._tag]), [["first", "Ended"], [
        "second",
        "Ended"
      ]])
      const sampled = out[1]
      assert.isTrue(sampled?._tag === "Event")
      if (sampled?._tag !== "Event") return
      assert.strictEqual(sampled.context.trace.spanId, spans[1]?.spanId)
      const parent = spans[1]?.parent
      assert.strictEqual(parent?._tag === "Some" ? parent.value.spanId : undefined, spans[0]?.spanId)
      assert.deepStrictEqual(lineageSteps(sampled.context.lineage ?? "source").map(({ operator }) => operator), [
        "first",
        "second"
      ])
      const plain = out[0]
      if (plain?._tag !== "Event") return assert.fail("an event was expected")
      assert.deepStrictEqual([plain.hop?.stage, plain.hop?.previous?.stage], ["second", "first"])
      assert.isUndefined(plain.context.trace.spanId)
    }).pipe(Effect.provide(stageLayer)))
})

describe("Stage in columns", () => {
  it.effect.prop(
    "the sampled stay the sampled through maps and filters, wherever the arrays are cut",
    {
      kept: Schema.Array(Schema.Boolean).check(Schema.isMinLength(1), Schema.isMaxLength(40)),
      step: Schema.Literals([1, 2, 3, 7, 99])
    },
    ({ kept, step }) =>
      Effect.gen(function*() {
        const { layer } = recordingTracer()
        const all = events(kept.map((_, index) => index), (index) => ({ sampled: index % step === 0 }))
        const cut = Math.floor(kept.length / 3)
        const out = yield* collectItems(
          arrays<number>([all.slice(0, cut), all.slice(cut)]).pipe(
            pipe(
              Stage.map("one", (n: number) => n),
              Stage.via(Stage.filter("two", (n: number) => kept[n] === true)),
              Stage.via(Stage.map("three", (n: number) => n)),
              Stage.via(Stage.filter("four", (n: number) => n % 5 !== 4))
            )
          )
        ).pipe(Effect.provide(StageTracing.layer.pipe(Layer.provide(layer))))
        const got = out.flatMap((element) =>
          element._tag === "Event"
            ? [[element.payload, element.context.trace.spanId !== undefined, element.followed]]
            : []
        )
        const expected = all.flatMap(({ payload }) =>
          kept[payload] === true && payload % 5 !== 4 ? [[payload, payload % step === 0, payload % step === 0]] : []
        )
        assert.deepStrictEqual(got, expected)
        const filtered = yield* countsOf("two")
        assert.strictEqual(filtered.filtered, kept.filter((keep) => !keep).length)
      }).pipe(Effect.provide(stageLayer))
  )
})

describe("Stage with a memory", () => {
  it.effect("filterWith and mapWith see each event once, in order, over arrays; each run begins anew", () =>
    Effect.gen(function*() {
      const seen: Array<number> = []
      const rising = Stage.filterWith({
        name: "rising",
        state: State.unkept(() => ({ last: -Infinity })),
        reason: "not above the last",
        predicate: (state, n: number) => {
          seen.push(n)
          const above = n > state.last
          state.last = n
          return above
        }
      })
      const sums = Stage.mapWith({
        name: "sums",
        state: State.unkept(() => ({ sum: 0 })),
        f: (state, n: number) => {
          state.sum += n
          return state.sum
        }
      })
      const input = [1, 3, 2, 5, 5, 7]
      const all = events(input)
      const stream = arrays<number>([all.slice(0, 2), all.slice(2, 3), all.slice(3)]).pipe(Stage.andThen(rising, sums))
      assert.deepStrictEqual(payloadsOf(yield* collectItems(stream)), [1, 4, 9, 16])
      assert.deepStrictEqual(seen, input)
      assert.deepStrictEqual(payloadsOf(yield* collectItems(stream)), [1, 4, 9, 16])
      const counts = yield* countsOf("rising")
      assert.deepStrictEqual([counts.in, counts.filtered, counts.processed], [12, 4, 8])
    }).pipe(Effect.provide(stageLayer)))

  it.effect("a memory that throws ends the stream: it cannot be run again", () =>
    Effect.gen(function*() {
      const exit = yield* arrays<number>([events([1])]).pipe(
        Stage.mapWith({
          name: "forgetful",
          state: State.unkept(() => 0),
          f: (_state, _n: number): number => {
            throw new Error("bug")
          }
        }),
        Stream.runDrain,
        Effect.exit
      )
      assert.include(String(exit), "forgetful")
    }).pipe(Effect.provide(stageLayer)))
})

describe("Stage.effectful", () => {
  class Down extends Data.TaggedError("Down")<{ readonly transient: boolean }> {}

  it.effect("inside the step the current span is the sampled event's own; order is kept", () =>
    Effect.gen(function*() {
      const { spans, layer } = recordingTracer()
      const seen: Array<readonly [ReadonlyArray<number>, string | undefined]> = []
      const ask = Stage.effectful<number, number, never, never>({
        name: "ask",
        step: (batch, emit) =>
          Effect.gen(function*() {
            const span = yield* Effect.option(Effect.currentSpan)
            seen.push([batch.map((event) => event.payload), Option.getOrUndefined(span)?.traceId])
            yield* Effect.void.pipe(Effect.withSpan("user"))
            for (const event of batch) emit.out(event, event.payload)
          })
      })
      const input = events([1, 2, 3, 4, 5], (i) => ({
        sampled: i === 2,
        ...(i === 2
          ? { trace: { traceId: "a".repeat(32), spanId: "b".repeat(16), sampled: true, traceState: undefined } }
          : {})
      }))
      const out = yield* collectItems(arrays<number>([input]).pipe(ask)).pipe(
        Effect.provide(Layer.provideMerge(StageTracing.layer, layer))
      )
      assert.deepStrictEqual(payloadsOf(out), [1, 2, 3, 4, 5])
      assert.deepStrictEqual(seen.map(([batch]) => batch), [[1, 2], [3], [4, 5]])
      assert.deepStrictEqual(seen.map(([, trace]) => trace), [undefined, "a".repeat(32), undefined])
      const stageSpan = spans.find((span) => span.name === "ask")
      const user = spans.filter((span) => span.name === "user").map((span) =>
        Option.getOrUndefined(span.parent)?.spanId
      )
      assert.deepStrictEqual(user, [undefined, stageSpan?.spanId, undefined])
      assert.strictEqual(stageSpan?.status._tag, "Ended")
    }).pipe(Effect.provide(stageLayer)))

  const flaky = (fails: (payload: number, attempt: number) => Down | undefined) => {
    const attempts = new Map<number, number>()
    return Stage.effectful<number, number, Down, never>({
      name: "flaky",
      classify: (error) => error.transient ? "transient" : "permanent",
      retry: { times: 3, baseMillis: 10, capMillis: 100 },
      step: (batch, emit) =>
        Effect.forEach(batch, (event) => {
          const attempt = (attempts.get(event.payload) ?? 0) + 1
          attempts.set(event.payload, attempt)
          const error = fails(event.payload, attempt)
          return error === undefined ? Effect.sync(() => emit.out(event, event.payload)) : Effect.fail(error)
        }, { discard: true })
    })
  }

  const run = (operator: ReturnType<typeof flaky>) =>
    Effect.gen(function*() {
      const fiber = yield* Effect.forkChild(collectItems(arrays<number>([events([1, 2, 3])]).pipe(operator)))
      yield* TestClock.adjust("10 seconds")
      const out = yield* Fiber.join(fiber)
      const { letters } = yield* DeadLettersMemory
      return { out: payloadsOf(out), letters: letters() }
    })

  it.effect("a transient failure is tried again and nothing is doubled", () =>
    Effect.gen(function*() {
      const { out, letters } = yield* run(
        flaky((n, attempt) => n === 2 && attempt < 3 ? new Down({ transient: true }) : undefined)
      )
      assert.deepStrictEqual(out, [1, 2, 3])
      assert.deepStrictEqual(letters, [])
      assert.strictEqual((yield* countsOf("flaky")).retries, 2)
    }).pipe(Effect.provide(stageLayer)))

  it.effect("a log inside the step names the operator", () =>
    Effect.gen(function*() {
      const logged: Array<unknown> = []
      const logger = Logger.make(({ fiber }) => {
        logged.push(fiber.getRef(References.CurrentLogAnnotations)["operator"])
      })
      const talkative = Stage.effectful<number, number, never, never>({
        name: "talkative",
        step: () => Effect.log("hello")
      })
      yield* Stream.runDrain(arrays<number>([events([1])]).pipe(talkative)).pipe(Effect.provide(Logger.layer([logger])))
      assert.deepStrictEqual(logged, ["talkative"])
    }).pipe(Effect.provide(stageLayer)))

  it.effect("past its budget only the culprit is a dead letter", () =>
    Effect.gen(function*() {
      const { out, letters } = yield* run(flaky((n) => n === 2 ? new Down({ transient: true }) : undefined))
      assert.deepStrictEqual(out, [1, 3])
      assert.deepStrictEqual(letters.map(({ errorKind, retryCount }) => [errorKind, retryCount]), [[
        "RetryBudgetExhausted",
        3
      ]])
    }).pipe(Effect.provide(stageLayer)))

  it.effect("a permanent failure is not retried", () =>
    Effect.gen(function*() {
      let tries = 0
      const { out, letters } = yield* run(flaky((n) => {
        if (n !== 2) return undefined
        tries++
        return new Down({ transient: false })
      }))
      assert.deepStrictEqual(out, [1, 3])
      assert.strictEqual(tries, 2)
      assert.deepStrictEqual(letters.map(({ errorKind }) => errorKind), ["ProcessingException"])
    }).pipe(Effect.provide(stageLayer)))

  it.effect.prop(
    "what a failed try gave is taken back, whatever stands around it; what is done at once goes on at once",
    [Schema.Array(Schema.Struct({ sampled: Schema.Boolean, fails: Schema.Boolean, waits: Schema.Boolean }))],
    ([cases]) =>
      Effect.gen(function*() {
        const step = Stage.effectful<number, number, Down, never>({
          name: "step",
          step: (batch, emit) => {
            let waits = false
            for (const event of batch) {
              emit.out(event, event.payload)
              if (cases[event.payload]?.fails === true) return Effect.fail(new Down({ transient: false }))
              if (cases[event.payload]?.waits === true) waits = true
            }
            return waits ? Effect.yieldNow : Effect.void
          }
        })
        const input = events(cases.map((_, i) => i), (i) => ({ sampled: cases[i]?.sampled ?? false }))
        const out = yield* collectItems(arrays<number>([input, input]).pipe(step))
        const passing = cases.flatMap(({ fails }, i) => fails ? [] : [i])
        assert.deepStrictEqual(payloadsOf(out), [...passing, ...passing])
        const { letters } = yield* DeadLettersMemory
        assert.strictEqual(letters().length, 2 * (cases.length - passing.length))
      }).pipe(Effect.provide(stageLayer))
  )
})
