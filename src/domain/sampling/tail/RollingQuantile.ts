/**
 * Quantiles of recent durations, by key: histograms with buckets of equal relative width (as in DDSketch; Masson, Rim and Lee, 2019), two
 * generations of them, so that what is older than two periods is forgotten.
 *
 * State: about 10 kB a key, at most `maxKeys` keys; those beyond share one histogram. A quantile is exact to 2 %.
 */

const growth = Math.log(1.02)

/** Microseconds up to `1.02 ** buckets` of them: more than a day. */
const buckets = 1300

/** The upper end of a bucket, milliseconds. */
const upperEnd = (bucket: number): number => Math.exp(bucket * growth) / 1000

const bucketOf = (millis: number): number =>
  Math.min(buckets - 1, Math.max(0, Math.ceil(Math.log(Math.max(millis * 1000, 1)) / growth)))

interface Histogram {
  readonly counts: Uint32Array
  total: number
}

const emptyHistogram = (): Histogram => ({ counts: new Uint32Array(buckets), total: 0 })

interface Entry {
  current: Histogram
  previous: Histogram
  /** When `current` began, milliseconds. */
  since: number
  /** Quantiles asked for since the last addition. */
  readonly known: Map<number, number | undefined>
}

const emptyEntry = (now: number): Entry => ({
  current: emptyHistogram(),
  previous: emptyHistogram(),
  since: now,
  known: new Map()
})

export interface RollingQuantile {
  /** Adds a duration seen at `now`, both milliseconds. */
  readonly add: (key: string, durationMillis: number, now: number) => void
  /** What this share (above 0, up to 1) of the durations did not exceed; `undefined` below `minimum` of them. */
  readonly quantile: (key: string, share: number, now: number) => number | undefined
}

export interface RollingQuantileOptions {
  /** A duration counts for one to two of these, milliseconds. */
  readonly periodMillis: number
  readonly minimum: number
  readonly maxKeys: number
}

export const makeRollingQuantile = ({ maxKeys, minimum, periodMillis }: RollingQuantileOptions): RollingQuantile => {
  const entries = new Map<string, Entry>()
  const rest = emptyEntry(0)
  const entryOf = (key: string, now: number): Entry => {
    const entry = entries.get(key)
    if (entry !== undefined) return entry
    if (entries.size >= maxKeys) return rest
    const made = emptyEntry(now)
    entries.set(key, made)
    return made
  }
  const rotate = (entry: Entry, now: number): void => {
    const periods = Math.floor((now - entry.since) / periodMillis)
    if (periods < 1) return
    entry.previous = periods === 1 ? entry.current : emptyHistogram()
    entry.current = emptyHistogram()
    entry.since += periods * periodMillis
    entry.known.clear()
  }
  const scan = ({ current, previous }: Entry, share: number): number | undefined => {
    const total = current.total + previous.total
    if (total < minimum) return undefined
    let left = Math.ceil(total * share)
    for (let bucket = 0; bucket < buckets; bucket++) {
      left -= (current.counts[bucket] ?? 0) + (previous.counts[bucket] ?? 0)
      if (left <= 0) return upperEnd(bucket)
    }
    return upperEnd(buckets - 1)
  }
  return {
    add: (key, durationMillis, now) => {
      const entry = entryOf(key, now)
      rotate(entry, now)
      const bucket = bucketOf(durationMillis)
      entry.current.counts[bucket] = (entry.current.counts[bucket] ?? 0) + 1
      entry.current.total++
      entry.known.clear()
    },
    quantile: (key, share, now) => {
      const entry = entries.get(key) ?? (entries.size >= maxKeys ? rest : undefined)
      if (entry === undefined) return undefined
      rotate(entry, now)
      if (!entry.known.has(share)) entry.known.set(share, scan(entry, share))
      return entry.known.get(share)
    }
  }
}
