import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Fiber, Stream } from "effect"
import { TestClock } from "effect/testing"
import { StageRegistry } from "../../../../src/layers/stage/StageRegistry.ts"
import { fork } from "../../../../src/operators/branches/fork.ts"
import { buffer } from "../../../../src/operators/shaping/buffer.ts"
import { sink } from "../../../../src/operators/sinks/sink.ts"
import { from } from "../../../../src/operators/stage/Pipeline.ts"
import { andThen, map } from "../../../../src/operators/stage/Stage.ts"
import { arrays, events } from "../../../../src/testing/envelopes.ts"
import { stageLayer } from "../../../../src/testing/testLayers.ts"

/** Seconds that a stage waited for input, and for whoever takes its output. */
const waits = (stage: string) =>
  Effect.map(StageRegistry, (registry) => {
    const { backpressuredNanos, idleNanos } = registry.countsOf(stage)
    return { idle: idleNanos / 1e9, blocked: backpressuredNanos / 1e9 }
  })

/** A second at a time, so that whoever wakes has gone on before the next. */
const aMinute = Effect.repeat(TestClock.adjust("1 second"), { times: 59 })

const slow = (name: string, seconds: number) =>
  sink<number, never, never>({ name, write: () => Effect.sleep(seconds * 1000) })

const pass = (name: string) => map(name, (n: number) => n)

const inOnes = (count: number) => arrays(events(Array.from({ length: count }, (_, n) => n)).map((event) => [event]))

describe("waits", () => {
  it.effect("a slow sink blocks the stages above it and leaves those below it idle", () =>
    Effect.gen(function*() {
      const running = yield* Effect.forkChild(
        from(inOnes(10), "numbers")
          .via(pass("above")).via(slow("sink", 1)).to(pass("below"))
          .run
      )
      yield* aMinute
      yield* Fiber.join(running)
      assert.deepStrictEqual(yield* waits("above"), { idle: 0, blocked: 10 })
      assert.deepStrictEqual(yield* waits("sink"), { idle: 0, blocked: 0 })
      assert.deepStrictEqual(yield* waits("below"), { idle: 10, blocked: 0 })
    }).pipe(Effect.provide(stageLayer)))

  it.effect("of a fork the slow branch is told from the one that waits for it", () =>
    Effect.gen(function*() {
      const branches = fork({
        slow: andThen(pass("before the slow"), slow("slow", 1)),
        quick: andThen(pass("before the quick"), slow("quick", 0))
      }, { capacity: 1 })
      const running = yield* Effect.forkChild(
        from(inOnes(10), "numbers").via(pass("above")).via(branches).to(pass("below")).run
      )
      yield* aMinute
      yield* Fiber.join(running)
      const [above, beforeSlow, beforeQuick, quick, below] = yield* Effect.forEach(
        ["above", "before the slow", "before the quick", "quick", "below"],
        waits
      )
      // Some arrays lie in the queues when the slow one begins.
      assert.isAtLeast(above?.blocked ?? 0, 6)
      assert.strictEqual(above?.idle, 0)
      assert.deepStrictEqual(beforeSlow, { idle: 0, blocked: 10 })
      assert.strictEqual(beforeQuick?.blocked, 0)
      assert.isAtLeast(beforeQuick?.idle ?? 0, 6)
      assert.strictEqual(quick?.blocked, 0)
      assert.isAtLeast(quick?.idle ?? 0, 6)
      assert.isAtLeast(below?.idle ?? 0, 9)
      assert.strictEqual(below?.blocked, 0)
    }).pipe(Effect.provide(stageLayer)))

  it.effect("what a source gives slowly leaves all stages idle; a buffer parts those that wait from those that are blocked", () =>
    Effect.gen(function*() {
      const source = inOnes(10).pipe(Stream.tap(() => Effect.sleep(1000)))
      const queue = buffer<number>({ name: "queue", capacity: 100, policy: "backpressure", reason: "test" })
      const running = yield* Effect.forkChild(
        from(source, "numbers").via(pass("first")).via(queue).via(pass("second")).to(slow("sink", 2)).run
      )
      yield* aMinute
      yield* Fiber.join(running)
      assert.deepStrictEqual(yield* waits("first"), { idle: 10, blocked: 0 })
      assert.deepStrictEqual(yield* waits("second"), { idle: 1, blocked: 20 })
      assert.deepStrictEqual(yield* waits("sink"), { idle: 1, blocked: 0 })
    }).pipe(Effect.provide(stageLayer)))

  it.effect("of stages that run as one, those above the one at work wait for it to take, those below for it to give", () =>
    Effect.gen(function*() {
      const clock = yield* Clock.Clock
      let nanos = 0n
      const work = map("work", (n: number) => {
        nanos += 1_000_000_000n
        return n
      })
      yield* from(inOnes(10), "numbers").via(pass("first")).via(pass("second")).via(work).to(pass("last")).run.pipe(
        Effect.provideService(Clock.Clock, { ...clock, monotonicTimeNanosUnsafe: () => nanos })
      )
      assert.deepStrictEqual(yield* waits("first"), { idle: 0, blocked: 10 })
      assert.deepStrictEqual(yield* waits("second"), { idle: 0, blocked: 10 })
      assert.deepStrictEqual(yield* waits("work"), { idle: 0, blocked: 0 })
      assert.deepStrictEqual(yield* waits("last"), { idle: 10, blocked: 0 })
    }).pipe(Effect.provide(stageLayer)))
})
