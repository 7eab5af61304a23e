import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Queue, Schema, Stream } from "effect"
import type { Element, Item } from "../../../src/domain/stream/Batch.ts"
import { elementsOf } from "../../../src/domain/stream/Batch.ts"
import { progress, tick, watermark } from "../../../src/domain/stream/Envelope.ts"
import { StageRegistry } from "../../../src/layers/stage/StageRegistry.ts"
import { fork } from "../../../src/operators/branches/fork.ts"
import { route } from "../../../src/operators/branches/route.ts"
import { asyncCall } from "../../../src/operators/calls/asyncCall.ts"
import { batch } from "../../../src/operators/shaping/batch.ts"
import { buffer } from "../../../src/operators/shaping/buffer.ts"
import { expand } from "../../../src/operators/shaping/expand.ts"
import * as Stage from "../../../src/operators/stage/Stage.ts"
import { arrays, collectItems, events, payloadsOf } from "../../../src/testing/envelopes.ts"
import { cutInto, cutsDoNotMatter, runLaw } from "../../../src/testing/laws.ts"
import { stageLayer } from "../../../src/testing/testLayers.ts"

const Input = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 99 }))).check(Schema.isMinLength(1))
const Sizes = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 7 })))

const mark = (offset: number) => progress([{ topic: "t", partition: 0, offset }])

const itemsFrom = (numbers: ReadonlyArray<number>): ReadonlyArray<Item<number>> =>
  events(numbers, (i) => ({ sampled: i % 5 === 0 })).flatMap((event, i): ReadonlyArray<Item<number>> =>
    i % 4 === 3 ? [event, watermark(i), mark(i + 1)] : i % 7 === 6 ? [event, tick(i)] : [event]
  )

const tagged = (tag: string) => Stage.map(tag, (n: number) => `${tag}${n}`)
const evens = Stage.andThen(Stage.filter("even", (n: number) => n % 2 === 0), tagged("a"))
const twice = Stage.andThen(expand("twice", (n: number) => [n, n]), tagged("b"))
const queued = Stage.andThen(
  buffer<number>({ name: "queue", capacity: 3, policy: "backpressure", reason: "test" }),
  tagged("b")
)

const of = (tag: string, out: ReadonlyArray<unknown>) =>
  out.filter((each): each is string => typeof each === "string" && each.startsWith(tag))
const controlsOf = (out: ReadonlyArray<unknown>) => out.filter((each) => typeof each === "object")
const shown = (items: ReadonlyArray<Item<string>>) => items.map((item) => item._tag === "Event" ? item.payload : item)

describe("expand", () => {
  it.effect.prop(
    "gives what flatMap gives, whatever the arrays",
    { input: Input, sizes: Sizes },
    ({ input, sizes }) =>
      Effect.gen(function*() {
        const digits = expand("digits", (n: number) => Array.from({ length: n % 4 }, (_, i) => n * 10 + i))
        yield* cutsDoNotMatter(digits, itemsFrom(input), sizes)
        const { out } = yield* runLaw(digits, cutInto(events(input), sizes))
        assert.deepStrictEqual(
          out.filter((each) => typeof each === "number"),
          input.flatMap((n) => Array.from({ length: n % 4 }, (_, i) => n * 10 + i))
        )
      })
  )

  it.effect("an event whose expansion throws half way gives nothing but a dead letter", () =>
    Effect.gen(function*() {
      const broken = expand("broken", function*(n: number) {
        yield n
        if (n === 2) throw new Error("two")
      })
      const { letters, out } = yield* runLaw(broken, [events([1, 2, 3])])
      assert.deepStrictEqual(out.filter((each) => typeof each === "number"), [1, 3])
      assert.lengthOf(letters, 1)
    }))
})

describe("fork", () => {
  it.effect.prop(
    "of pure branches is each branch run alone; the controls come once, in their places",
    { input: Input, sizes: Sizes },
    ({ input, sizes }) =>
      Effect.gen(function*() {
        const items = itemsFrom(input)
        const parts = cutInto(items, sizes)
        const { out } = yield* runLaw(fork({ evens, twice }), parts)
        const a = yield* runLaw(evens, parts)
        const b = yield* runLaw(twice, parts)
        assert.deepStrictEqual(of("a", out), of("a", a.out))
        assert.deepStrictEqual(of("b", out), of("b", b.out))
        // In each stretch between controls the same events as alone: no control overtakes an event of any branch.
        const stretches = (tag: string, all: ReadonlyArray<unknown>) => {
          let at = 0
          return all.flatMap((each) => {
            if (typeof each === "object") at++
            return typeof each === "string" && each.startsWith(tag) ? [`${at} ${each}`] : []
          })
        }
        assert.deepStrictEqual(stretches("a", out), stretches("a", a.out))
        assert.deepStrictEqual(stretches("b", out), stretches("b", b.out))
        assert.deepStrictEqual(controlsOf(out), controlsOf(a.out))
      })
  )

  it.effect.prop(
    "of a branch that queues gives the same, its order aside",
    { input: Input, sizes: Sizes },
    ({ input, sizes }) =>
      Effect.gen(function*() {
        const parts = cutInto(itemsFrom(input), sizes)
        const out = shown(yield* collectItems(arrays(parts).pipe(fork({ evens, queued }, { capacity: 2 }))))
        assert.deepStrictEqual(of("a", out), of("a", (yield* runLaw(evens, parts)).out))
        assert.deepStrictEqual(of("b", out), input.map((n) => `b${n}`))
        const marks = controlsOf((yield* runLaw(evens, parts)).out)
        assert.deepStrictEqual(controlsOf(out), marks)
      }).pipe(Effect.provide(stageLayer))
  )

  it.effect("a branch that holds a progress mark back holds it for all", () =>
    Effect.gen(function*() {
      const pairs = Stage.andThen(batch<number>({ name: "pairs", size: 2 }), Stage.map("join", (ns) => ns.join("+")))
      const [first, second, third] = events([1, 2, 3])
      assert.isDefined(first)
      assert.isDefined(second)
      assert.isDefined(third)
      const { out } = yield* runLaw(fork({ a: tagged("a"), pairs }), [[first, mark(1)], [second, mark(2)], [third]], {
        ends: false
      })
      assert.deepStrictEqual(out, ["a1", "a2", "1+2", mark(1), mark(2), "a3"])
    }))

  it.effect("when a branch fails the whole fails, and no mark goes on that the branch has not passed", () =>
    Effect.gen(function*() {
      const failing = Stage.effectful<number, string, never, never, string>({
        name: "failing",
        step: (batch, emit) =>
          Effect.sync(() => {
            for (const event of batch) emit.out(event, `b${event.payload}`)
          }),
        onControl: (control) =>
          control._tag === "Progress" && control.positions[0]?.offset === 2 ? Effect.fail("broken") : Effect.void
      })
      const all = events([1, 2, 3])
      const seen: Array<Element<string>> = []
      const exit = yield* arrays<number>([[...all.slice(0, 1), mark(1)], [...all.slice(1, 2), mark(2)], all.slice(2)])
        .pipe(
          fork({ a: tagged("a"), failing }),
          Stream.runForEach((element) => Effect.sync(() => seen.push(element))),
          Effect.exit
        )
      assert.isTrue(Exit.isFailure(exit))
      assert.deepStrictEqual(
        seen.filter((element) => element._tag === "Progress"),
        [mark(1)]
      )
      const written = seen.flatMap((element) => element._tag === "Batch" ? element.payloads : [])
      assert.strictEqual(new Set(written).size, written.length)
    }).pipe(Effect.provide(stageLayer)))

  it.effect("interruption closes source and branches", () =>
    Effect.gen(function*() {
      const opened = yield* Queue.unbounded<string>()
      const closed: Array<string> = []
      const note = (name: string) =>
        Effect.onInterrupt(
          Effect.andThen(Queue.offer(opened, name), Effect.never),
          () => Effect.sync(() => closed.push(name))
        )
      const source = Stream.fromIterable(elementsOf(events([1]))).pipe(
        Stream.concat(Stream.fromEffect(note("source")))
      )
      const branch = (name: string) =>
        asyncCall<number, number, never, never>({ name, concurrency: 1, call: () => note(name) })
      const fiber = yield* Effect.forkChild(Stream.runDrain(source.pipe(fork({ a: branch("a"), b: branch("b") }))))
      for (let i = 0; i < 3; i++) yield* Queue.take(opened)
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual(closed.toSorted(), ["a", "b", "source"])
    }).pipe(Effect.provide(stageLayer)))
})

describe("route", () => {
  interface Circle {
    readonly kind: "circle"
    readonly radius: number
  }
  interface Square {
    readonly kind: "square"
    readonly side: number
  }
  const isCircle = (shape: Circle | Square): shape is Circle => shape.kind === "circle"
  const circles = Stage.map("circles", ({ radius }: Circle) => `c${radius}`)
  const squares = Stage.map("squares", ({ side }: Square) => `s${side}`)

  it.effect.prop(
    "each event goes one way, in order; the types are narrowed",
    { input: Input, sizes: Sizes },
    ({ input, sizes }) =>
      Effect.gen(function*() {
        const shapes = input.map((n): Circle | Square =>
          n % 3 === 0 ? { kind: "circle", radius: n } : { kind: "square", side: n }
        )
        const routed = route({ name: "shape", when: isCircle, to: circles, otherwise: squares })
        const { out } = yield* runLaw(routed, cutInto(events(shapes), sizes))
        assert.deepStrictEqual(of("c", out), input.filter((n) => n % 3 === 0).map((n) => `c${n}`))
        assert.deepStrictEqual(of("s", out), input.filter((n) => n % 3 !== 0).map((n) => `s${n}`))
        assert.lengthOf(out, input.length + 1)
      })
  )

  it("does not connect a branch that takes the other type", () => {
    type Shapes = Stage.Operator<Circle | Square, string, never, Stage.StageServices>
    // @ts-expect-error squares do not take circles
    const wrong: Shapes = route({
      name: "shape",
      when: isCircle,
      to: squares,
      otherwise: Stage.map("others", ({ side }: Square) => `o${side}`)
    })
    const text = Stage.map("text", (t: string) => t)
    // @ts-expect-error a branch of text among branches of numbers
    const mixed: Stage.Operator<number, string, never, Stage.StageServices> = fork({ evens, text })
    assert.isDefined(wrong)
    assert.isDefined(mixed)
  })

  it.effect("an event for which the guard throws is a dead letter and goes no way", () =>
    Effect.gen(function*() {
      const routed = route({
        name: "fragile",
        when: (n: number) => {
          if (n === 2) throw new Error("two")
          return n > 2
        },
        to: tagged("c"),
        otherwise: tagged("s")
      })
      const items = yield* collectItems(arrays<number>([events([1, 2, 3])]).pipe(routed))
      assert.deepStrictEqual(payloadsOf(items).toSorted(), ["c3", "s1"])
      const registry = yield* StageRegistry
      assert.strictEqual(registry.countsOf("fragile").dead, 1)
    }).pipe(Effect.provide(stageLayer)))
})
