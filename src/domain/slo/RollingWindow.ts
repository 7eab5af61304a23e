/**
 * Counts of good and bad events in buckets of five minutes, over a rolling window.
 *
 * State: one entry a bucket that saw an event, at most `windowMillis / 5 min + 1` (8,641 for 30 days); older ones go when a newer event
 * comes. Cost: `add` one map look-up, `countsSince` one pass over the buckets.
 */
import type { UtcTime } from "../time/UtcTime.ts"
import { bucketMillis } from "./Objective.ts"

export interface Counts {
  readonly good: number
  readonly bad: number
}

export interface RollingWindow {
  readonly windowMillis: number
  readonly buckets: Map<UtcTime, Counts>
  /** The start of the newest bucket. */
  newest: UtcTime
}

export const makeRollingWindow = (windowMillis: number): RollingWindow => ({
  windowMillis,
  buckets: new Map(),
  newest: -Infinity
})

/** The start of the bucket that a time falls into. */
export const bucketOf = (time: UtcTime): UtcTime => Math.floor(time / bucketMillis) * bucketMillis

/** Adds events that ended at `time`; what is older than the window, as seen from the newest bucket, is left out. */
export const addCounts = (window: RollingWindow, time: UtcTime, { bad, good }: Counts): void => {
  const bucket = bucketOf(time)
  if (bucket < window.newest - window.windowMillis) return
  const known = window.buckets.get(bucket)
  window.buckets.set(bucket, { good: (known?.good ?? 0) + good, bad: (known?.bad ?? 0) + bad })
  if (bucket <= window.newest) return
  window.newest = bucket
  for (const old of window.buckets.keys()) if (old < bucket - window.windowMillis) window.buckets.delete(old)
}

/** The events of buckets that end after `since`. */
export const countsSince = (window: RollingWindow, since: UtcTime): Counts => {
  let good = 0
  let bad = 0
  for (const [bucket, counts] of window.buckets) {
    if (bucket + bucketMillis <= since) continue
    good += counts.good
    bad += counts.bad
  }
  return { good, bad }
}
