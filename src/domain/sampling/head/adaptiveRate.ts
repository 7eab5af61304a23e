/**
 * The rules by which a probability follows a target rate. The average of the counts is Refinery's exponential one; the clamps, the dead
 * band and the slow rise are Jaeger's.
 */

export interface AdaptiveOptions {
  /** Traces a second to keep of each key. */
  readonly targetPerSecond: number
  /** How often probabilities are made anew, milliseconds. */
  readonly intervalMillis: number
  /** Of a key that was never seen. */
  readonly initialProbability: number
  readonly minimumProbability: number
  /** Share of the newest interval in the average, in (0, 1]. */
  readonly weight: number
  /** As long as the rate is this near to the target, the probability stays. */
  readonly tolerance: number
  /** The most by which a probability grows in one step; it falls at once. */
  readonly maxGrowth: number
  /** A key that has fewer a minute than this is kept so often. */
  readonly minimumPerMinute: number
  /** Keys beyond share one probability. */
  readonly maxKeys: number
}

export const adaptiveDefaults: AdaptiveOptions = {
  targetPerSecond: 1,
  intervalMillis: 15_000,
  initialProbability: 0.01,
  minimumProbability: 1e-5,
  weight: 0.5,
  tolerance: 0.3,
  maxGrowth: 2,
  minimumPerMinute: 1,
  maxKeys: 500
}

export interface KeyRate {
  /** Traces an interval, averaged; `undefined` before the first. */
  readonly average: number | undefined
  readonly probability: number
}

const clamp = (low: number, value: number, high: number): number => Math.min(high, Math.max(low, value))

/** The rate after an interval in which `count` traces of the key began, kept or not. */
export const nextRate = (options: AdaptiveOptions, { average, probability }: KeyRate, count: number): KeyRate => {
  const next = average === undefined ? count : options.weight * count + (1 - options.weight) * average
  const perSecond = next * 1000 / options.intervalMillis
  return { average: next, probability: follow(options, probability, perSecond) }
}

const follow = (options: AdaptiveOptions, probability: number, perSecond: number): number => {
  const { maxGrowth, minimumPerMinute, minimumProbability, targetPerSecond, tolerance } = options
  const grown = Math.min(1, probability * maxGrowth)
  if (perSecond <= 0) return grown
  const least = Math.max(minimumProbability, minimumPerMinute / 60 / perSecond)
  const near = Math.abs(probability * perSecond - targetPerSecond) <= tolerance * targetPerSecond
  const wanted = near ? probability : Math.min(targetPerSecond / perSecond, grown)
  return clamp(Math.min(1, least), wanted, 1)
}

/** Whether nothing has come of a key for so long that it may be forgotten. */
export const isIdle = ({ average }: KeyRate): boolean => average !== undefined && average < 0.01
