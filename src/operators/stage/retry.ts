/** How what failed is tried again. */
import type { Effect } from "effect"
import { nextJitteredDelay } from "../../domain/time/jitter.ts"

/**
 * What an error calls for. *Transient*: another try. *Permanent*: a dead letter; what nobody classified is. *Discardable*: counted and dropped.
 */
export type ErrorClass = "transient" | "permanent" | "discardable"

/** Decorrelated jitter: each wait is uniform between `baseMillis` and three times the last, at most `capMillis`. */
export interface RetryPolicy {
  readonly times: number
  readonly baseMillis: number
  readonly capMillis: number
}

export const defaultRetry: RetryPolicy = { times: 5, baseMillis: 50, capMillis: 5000 }

/**
 * A policy for transient errors: at most `times` more tries (`Infinity`: without end), the first wait at least `baseMillis`, none over `capMillis`. What makes no sense is held
 * to what does: whole tries from 0 on, a base from 1 ms on, a cap no less than the base.
 */
export const retry = (
  times: number,
  { baseMillis = defaultRetry.baseMillis, capMillis = defaultRetry.capMillis }: Partial<Omit<RetryPolicy, "times">> = {}
): RetryPolicy => {
  const base = Number.isFinite(baseMillis) ? Math.max(1, baseMillis) : defaultRetry.baseMillis
  return {
    times: Number.isNaN(times) || times === -Infinity ? defaultRetry.times : Math.max(0, Math.floor(times)),
    baseMillis: base,
    capMillis: Number.isFinite(capMillis) ? Math.max(base, capMillis) : Math.max(base, defaultRetry.capMillis)
  }
}

/** One try, and the dead letter if that fails. */
export const noRetry: RetryPolicy = retry(0)

/** The next wait after one of `last` ms (the base before the first), ms. */
export const nextWait = ({ baseMillis, capMillis }: RetryPolicy, last: number): Effect.Effect<number> =>
  nextJitteredDelay(baseMillis, capMillis, last)
