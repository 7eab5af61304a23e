/**
 * Retry delays with decorrelated jitter: each is drawn between the base and three times the one before, and never over the cap, so that
 * clients that failed together do not return together. After M. Brooker, "Exponential Backoff And Jitter" (2015).
 */
import { Duration, Effect, Random, Schedule } from "effect"

/** An endless schedule; bound it with `times` or `Schedule.upTo`. Gives the delay. Randomness is Effect's `Random`. */
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
        Random.nextBetween(least, Math.max(least, previous * 3)),
        (drawn): [Duration.Duration, Duration.Duration] => {
          previous = Math.min(most, drawn)
          return [Duration.millis(previous), Duration.millis(previous)]
        }
      )
  }))
}
