/**
 * The scenario's clock: a Layer over Effect's `Clock` with an offset and a speed.
 *
 * Scenario time is `start + (monotonic now - monotonic at build) * speed`. Everything that reads `Clock` beneath this Layer (lag,
 * latency, timers, time stamps) is in scenario time: at speed 10 a sleep of 10 s lasts 1 s, and `monotonicTimeNanos` runs ten times
 * as fast. It never steps: the wall clock is read at most once, when no start is given.
 *
 * A sleep never ends before its scenario time: the timers beneath may fire early by a fraction of a millisecond, and then it sleeps on.
 */
import { Clock, Duration, Effect, Layer, Schema } from "effect"
import { format, type UtcTime } from "../../domain/time/UtcTime.ts"

export interface ScenarioClockOptions {
  /** Scenario time when the Layer is built; absent: the time of the clock beneath. */
  readonly start?: UtcTime
  /** Scenario seconds per real second, above 0 (default 1). */
  readonly speed?: number
}

export class ScenarioClockError extends Schema.TaggedError<ScenarioClockError>()("ScenarioClockError", {
  message: Schema.String
}) {}

/** Milliseconds. Below the resolution of an instant a sleep would end where it began. */
const shortestSleep = 0.001

/** A clock that starts now at `start` and runs `speed` times as fast as `base`. */
const make = (base: Clock.Clock, start: UtcTime, speed: number): Clock.Clock => {
  const origin = base.monotonicTimeNanosUnsafe()
  const startMillis = Math.floor(start)
  const startNanos = BigInt(startMillis) * 1_000_000n + BigInt(Math.round((start - startMillis) * 1e6))
  // A double holds the elapsed nanoseconds exactly for 104 days.
  const elapsed = (): number => Math.round(Number(base.monotonicTimeNanosUnsafe() - origin) * speed)

  const currentTimeMillisUnsafe = () => Math.floor(start + elapsed() / 1e6)
  const currentTimeNanosUnsafe = () => startNanos + BigInt(elapsed())
  const monotonicTimeNanosUnsafe = () => origin + BigInt(elapsed())
  const sleepUntil = (end: number): Effect.Effect<void> =>
    Effect.suspend(() => {
      const left = end - elapsed()
      return left <= 0
        ? Effect.void
        : Effect.andThen(base.sleep(Duration.millis(Math.max(left / speed / 1e6, shortestSleep))), sleepUntil(end))
    })
  return {
    currentTimeMillisUnsafe,
    currentTimeMillis: Effect.sync(currentTimeMillisUnsafe),
    currentTimeNanosUnsafe,
    currentTimeNanos: Effect.sync(currentTimeNanosUnsafe),
    monotonicTimeNanosUnsafe,
    monotonicTimeNanos: Effect.sync(monotonicTimeNanosUnsafe),
    sleep: (duration) =>
      Effect.suspend(() => {
        const millis = Duration.toMillis(duration)
        if (!Number.isFinite(millis)) return Effect.never
        return millis <= 0 ? Effect.yieldNow : sleepUntil(elapsed() + millis * 1e6)
      })
  }
}

/** Replaces `Clock` by the scenario's. Fails when the speed or the start is not usable. */
export const layer = (options: ScenarioClockOptions): Layer.Layer<never, ScenarioClockError> =>
  Layer.effect(
    Clock.Clock,
    Effect.gen(function*() {
      const base = yield* Clock.Clock
      const speed = options.speed ?? 1
      const start = options.start ?? Number(base.currentTimeNanosUnsafe()) / 1e6
      if (!(speed > 0 && Number.isFinite(speed))) {
        return yield* new ScenarioClockError({ message: `The speed must be a number above 0, not ${speed}` })
      }
      if (!Number.isFinite(start)) {
        return yield* new ScenarioClockError({ message: `The start must be a time, not ${start}` })
      }
      yield* Effect.logDebug(`scenario clock starts at ${format(start)}, speed ${speed}`)
      return make(base, start, speed)
    })
  )

/** Scenario time now, with its fraction of a millisecond. */
export const now: Effect.Effect<UtcTime> = Effect.map(Clock.currentTimeNanos, (nanos) => Number(nanos) / 1e6)
