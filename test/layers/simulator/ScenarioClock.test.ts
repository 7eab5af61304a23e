import { describe, expect, it } from "@effect/vitest"
import { Clock, Duration, Effect, Fiber, Ref } from "effect"
import { TestClock } from "effect/testing"
import * as ScenarioClock from "../../../src/layers/simulator/ScenarioClock.ts"

const start = Date.UTC(2026, 0, 1)

/** Runs an effect on a scenario clock above the test clock. */
const at = (speed: number) => Effect.provide(ScenarioClock.layer({ start, speed }))

describe("ScenarioClock", () => {
  it.effect("starts at the start and runs at its speed", () =>
    Effect.gen(function*() {
      const times = yield* Ref.make<ReadonlyArray<number>>([])
      const note = Effect.flatMap(Clock.currentTimeMillis, (t) => Ref.update(times, (ts) => [...ts, t - start]))
      const fiber = yield* Effect.gen(function*() {
        yield* note
        yield* Effect.sleep("10 seconds")
        yield* note
        yield* Effect.sleep("5 seconds")
        yield* note
      }).pipe(at(10), Effect.forkChild)
      yield* TestClock.adjust("999 millis")
      expect(yield* Ref.get(times)).toEqual([0])
      yield* TestClock.adjust("1 millis")
      expect(yield* Ref.get(times)).toEqual([0, 10_000])
      yield* TestClock.adjust("500 millis")
      yield* Fiber.join(fiber)
      expect(yield* Ref.get(times)).toEqual([0, 10_000, 15_000])
    }))

  it.effect("slows down too, and its monotonic time and nanoseconds are scenario time", () =>
    Effect.gen(function*() {
      const fiber = yield* Effect.gen(function*() {
        const before = yield* Clock.monotonicTimeNanos
        yield* Effect.sleep("1 second")
        const after = yield* Clock.monotonicTimeNanos
        return { elapsed: after - before, wall: yield* Clock.currentTimeNanos, now: yield* ScenarioClock.now }
      }).pipe(at(0.5), Effect.forkChild)
      yield* TestClock.adjust("1 second")
      expect(fiber.pollUnsafe()).toBeUndefined()
      yield* TestClock.adjust("1 second")
      const { elapsed, wall, now } = yield* Fiber.join(fiber)
      expect(elapsed).toBe(1_000_000_000n)
      expect(wall).toBe(BigInt(start + 1000) * 1_000_000n)
      expect(now).toBe(start + 1000)
    }))

  it.effect("without a start it starts at the clock beneath", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(start)
      const time = yield* Effect.provide(Clock.currentTimeMillis, ScenarioClock.layer({ speed: 3 }))
      expect(time).toBe(start)
    }))

  it.effect("a sleep that the clock beneath ends early goes on to its time", () =>
    Effect.gen(function*() {
      const base = yield* Clock.Clock
      const hasty: Clock.Clock = {
        currentTimeMillisUnsafe: () => base.currentTimeMillisUnsafe(),
        currentTimeMillis: base.currentTimeMillis,
        currentTimeNanosUnsafe: () => base.currentTimeNanosUnsafe(),
        currentTimeNanos: base.currentTimeNanos,
        monotonicTimeNanosUnsafe: () => base.monotonicTimeNanosUnsafe(),
        monotonicTimeNanos: base.monotonicTimeNanos,
        sleep: () => base.sleep(Duration.millis(300))
      }
      const fiber = yield* Effect.andThen(Effect.sleep("1 second"), Clock.currentTimeMillis).pipe(
        at(1),
        Effect.provideService(Clock.Clock, hasty),
        Effect.forkChild
      )
      yield* TestClock.adjust("10 seconds")
      expect(yield* Fiber.join(fiber)).toBeGreaterThanOrEqual(start + 1000)
    }))

  it.effect("a speed of zero or less, or no number, is refused", () =>
    Effect.gen(function*() {
      for (const speed of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
        const error = yield* Effect.flip(Effect.provide(Clock.currentTimeMillis, ScenarioClock.layer({ speed })))
        expect(error._tag).toBe("ScenarioClockError")
      }
    }))
})
