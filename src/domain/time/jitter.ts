/**
 * Decorrelated jitter: each delay is drawn between the base and three times the one before, and never over the cap, so that clients that
 * failed together do not return together. After M. Brooker, "Exponential Backoff And Jitter" (2015).
 */
import { Effect, Random } from "effect"

/** The delay that follows one of `previous` (before the first: the base). All in ms; randomness is Effect's `Random`. */
export const nextJitteredDelay = (base: number, cap: number, previous: number): Effect.Effect<number> =>
  Effect.map(Random.nextBetween(base, Math.max(base, previous * 3)), (drawn) => Math.min(cap, drawn))
