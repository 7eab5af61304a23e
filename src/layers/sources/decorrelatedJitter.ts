/** Decorrelated jitter as a schedule (`domain/time/jitter.ts` has the rule). */
import { Duration, Effect, Schedule } from "effect"
import { nextJitteredDelay } from "../../domain/time/jitter.ts"

/** An endless schedule; bound it with `times` or `Schedule.upTo`. Gives the delay. */
export const decorrelatedJitter = (
  base: Duration.Input,
  cap: Duration.Input
): Schedule.Schedule<Duration.Duration> => {
  const least = Duration.toMillis(base)
  const most = Duration.toMillis(cap)
  return Schedule.fromStep(Effect.sync(() => {
    let previous = least
    return () =>
      Effect.map(
        nextJitteredDelay(least, most, previous),
        (delay): [Duration.Duration, Duration.Duration] => {
          previous = delay
          return [Duration.millis(delay), Duration.millis(delay)]
        }
      )
  }))
}
