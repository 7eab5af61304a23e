/** Keeps the thread busy for so long, as a step does that has become slow. */
import type { Clock } from "effect"

export const burn = (clock: Clock.Clock, millis: number): void => {
  const until = clock.monotonicTimeNanosUnsafe() + BigInt(Math.round(millis * 1e6))
  while (clock.monotonicTimeNanosUnsafe() < until);
}
