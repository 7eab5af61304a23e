/**
 * A service-level objective: which share of events must be no slower than a limit, over a rolling window.
 *
 * An event counts on its own, so the share of good ones is the compliance; a target of 99.9 % under a limit implies a p99 under it.
 */
import { Result } from "effect"

export interface Objective {
  /** As it stands in metrics and in the store. */
  readonly name: string
  /** An event that took longer is bad. */
  readonly thresholdMillis: number
  /** The share of good events that is promised, between 0 and 1, neither included. */
  readonly target: number
  readonly windowMillis: number
}

/** Fails with what is wrong with it. */
export const makeObjective = (objective: Objective): Result.Result<Objective, string> => {
  const { name, target, thresholdMillis, windowMillis } = objective
  if (!/^[a-z][a-z0-9-]*$/.test(name)) return Result.fail(`${name}: expected lower-case words joined by hyphens`)
  if (!(target > 0 && target < 1)) return Result.fail(`${name}: expected a target between 0 and 1, not ${target}`)
  if (!(thresholdMillis > 0)) return Result.fail(`${name}: expected a limit above 0`)
  if (!(windowMillis >= bucketMillis)) return Result.fail(`${name}: expected a window of at least five minutes`)
  return Result.succeed(objective)
}

/** Events are counted in buckets of this length: a window is right to within one of them. */
export const bucketMillis = 300_000

const thirtyDays = 30 * 86_400_000

/** From the time of the newest observation behind an alert to the alert's first emission. */
export const alertLatency: Objective = {
  name: "alert-latency",
  thresholdMillis: 30_000,
  target: 0.999,
  windowMillis: thirtyDays
}

/** What subscribers are promised: wider than what is aimed at. */
export const subscriberPromise: Objective = {
  name: "subscriber-promise",
  thresholdMillis: 60_000,
  target: 0.995,
  windowMillis: thirtyDays
}

export const objectives: ReadonlyArray<Objective> = [alertLatency, subscriberPromise]
