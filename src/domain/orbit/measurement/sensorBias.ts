/**
 * The slow bias of a sensor, which a filter for white noise would average away.
 *
 * Besides its noise a sensor is off by a little that changes over hours (calibration, refraction, clock): n measurements of one pass have
 * a mean with the variance R (1/n + b), not R / n, with b the bias variance in units of R. So the n-th measurement of a pass brings only
 *
 *     J(n) - J(n - 1), with J(n) = n / (1 + b n)
 *
 * of what a first one without bias would (information, in units of 1/R), and {@link inflation} is the inverse of that: R is multiplied by
 * it before it enters the gain. The information of a sensor about one pass so ends at 1/b measurements. Between passes the bias changes and
 * what is known about the object no longer shares it: J decays with `memoryMillis`. For one line of sight this is the covariance of a
 * filter that considers the bias (Tapley, Schutz and Born 2004, section 6.5); where the line of sight turns it is on the cautious
 * side, since late measurements of a pass count for little. It takes one number a sensor instead of a cross-covariance.
 */
import type { UtcTime } from "../../time/UtcTime.ts"

/**
 * Variance of the bias in units of the noise's. A slow sine of 10 to 20 % of sigma (the noise of the simulator, and about what calibration
 * against satellites with laser ranging leaves of a radar) has a mean square of 0.0117.
 */
export const biasVariance = 0.012

/** Decay time of what shares a bias, ms: twice the hour in which a bias with a period of some hours is no longer itself. */
const memoryMillis = 2 * 3_600_000

/** What one sensor has told a track. */
export interface Heard {
  readonly sourceId: string
  /** Measurements that share the present bias. */
  readonly count: number
  readonly time: UtcTime
}

const information = (count: number): number => count / (1 + biasVariance * count)

/** How many measurements that a track took from a sensor share the bias of one at `time`. */
export const sharedCount = (heard: ReadonlyArray<Heard>, sourceId: string, time: UtcTime): number => {
  const before = heard.find((one) => one.sourceId === sourceId)
  if (before === undefined) return 0
  const left = information(before.count) * Math.exp(-Math.max(0, time - before.time) / memoryMillis)
  return left / (1 - biasVariance * left)
}

/** By what the variance of a measurement is multiplied that comes after `count` others with the same bias. */
export const inflation = (count: number): number => (1 + biasVariance * count) * (1 + biasVariance * (count + 1))

/** The list with one measurement more. One entry a sensor. */
export const heardFrom = (
  heard: ReadonlyArray<Heard>,
  sourceId: string,
  time: UtcTime,
  count: number
): ReadonlyArray<Heard> => {
  const entry = { sourceId, time, count: count + 1 }
  const index = heard.findIndex((one) => one.sourceId === sourceId)
  return index < 0 ? [...heard, entry] : heard.with(index, entry)
}
