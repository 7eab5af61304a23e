/**
 * A short history of chosen metrics in memory, in two resolutions: a point a second over ten minutes, and one each ten seconds over six hours.
 *
 * Bounds: {@link mostSeries} series; those that come after are counted and left out. Bytes: 4 a point, 2,760 points a series, so 11 kB a series and
 * 5.7 MB at most, and 22 kB of times. A value that is not known in a sample leaves a gap. State: these rings.
 */
import type { UtcTime } from "../time/UtcTime.ts"
import { type SeriesKey, type SeriesKind, seriesText } from "./Series.ts"

export const fine = { stepSeconds: 1, points: 600 } as const
export const coarse = { stepSeconds: 10, points: 2160 } as const
export const mostSeries = 512

/** Gives the value of a series in the sample that is being taken; a counter gives its total. */
export type Sample = (name: string, value: number | undefined, labels?: Readonly<Record<string, string>>) => void

interface Ring {
  readonly points: number
  readonly times: Float64Array
  count: number
}

const makeRing = (points: number): Ring => ({ points, times: new Float64Array(points).fill(Number.NaN), count: 0 })

interface Held extends SeriesKey {
  readonly kind: SeriesKind
  readonly fine: Float32Array
  readonly coarse: Float32Array
  /** The total before, of a counter. */
  total: number | undefined
  /** What goes into the next coarse point. */
  sum: number
  most: number
  samples: number
}

const gap = Number.NaN

export interface SeriesPoints extends SeriesKey {
  readonly kind: SeriesKind
  /** A value for each of the times; null is a gap. */
  readonly values: ReadonlyArray<number | null>
}

export interface HistoryPart {
  readonly stepSeconds: number
  readonly times: ReadonlyArray<UtcTime>
  readonly series: ReadonlyArray<SeriesPoints>
}

export interface HistoryQuery {
  /** Metric names; none: all. A name that ends in `*` stands for all that begin so. */
  readonly names: ReadonlyArray<string>
  readonly since: UtcTime
  readonly until: UtcTime
  /** Fine points as far as they reach back. */
  readonly resolution: "fine" | "coarse"
}

const nameMatches = (name: string, patterns: ReadonlyArray<string>): boolean =>
  patterns.length === 0
  || patterns.some((pattern) => pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern)

export class History {
  private readonly kinds: ReadonlyMap<string, SeriesKind>
  private readonly held = new Map<string, Held>()
  private readonly fineRing = makeRing(fine.points)
  private readonly coarseRing = makeRing(coarse.points)
  private lastAt: UtcTime | undefined
  /** Series that there was no room for. */
  refused = 0

  /** `kinds`: what there is to keep, by metric name. Others are passed over. */
  constructor(kinds: ReadonlyMap<string, SeriesKind>) {
    this.kinds = kinds
  }

  /** Takes one sample; `read` gives the values. Called once a second. */
  sample(at: UtcTime, read: (sample: Sample) => void): void {
    const place = this.fineRing.count % fine.points
    const elapsed = this.lastAt === undefined ? undefined : (at - this.lastAt) / 1000
    for (const held of this.held.values()) held.fine[place] = gap
    read((name, value, labels = {}) => this.take(place, elapsed, name, value, labels))
    this.fineRing.times[place] = at
    this.fineRing.count++
    this.lastAt = at
    if (this.fineRing.count % (coarse.stepSeconds / fine.stepSeconds) === 0) this.thin(at)
  }

  private take(
    place: number,
    elapsed: number | undefined,
    name: string,
    value: number | undefined,
    labels: Readonly<Record<string, string>>
  ): void {
    const held = this.seriesOf(name, labels)
    if (held === undefined || value === undefined || Number.isNaN(value)) return
    const before = held.total
    held.total = value
    if (held.kind === "rate" && (before === undefined || elapsed === undefined || elapsed <= 0)) return
    const point = held.kind === "rate"
      ? (value >= (before ?? 0) ? value - (before ?? 0) : value) / (elapsed ?? 1)
      : value
    held.fine[place] = point
    held.sum += point
    held.most = Math.max(held.most, point)
    held.samples++
  }

  private seriesOf(name: string, labels: Readonly<Record<string, string>>): Held | undefined {
    const key = seriesText({ name, labels })
    const known = this.held.get(key)
    if (known !== undefined) return known
    const kind = this.kinds.get(name)
    if (kind === undefined) return undefined
    if (this.held.size >= mostSeries) {
      this.refused++
      return undefined
    }
    const made: Held = {
      name,
      labels,
      kind,
      fine: new Float32Array(fine.points).fill(gap),
      coarse: new Float32Array(coarse.points).fill(gap),
      total: undefined,
      sum: 0,
      most: -Infinity,
      samples: 0
    }
    this.held.set(key, made)
    return made
  }

  private thin(at: UtcTime): void {
    const place = this.coarseRing.count % coarse.points
    this.coarseRing.times[place] = at
    this.coarseRing.count++
    for (const held of this.held.values()) {
      held.coarse[place] = held.samples === 0 ? gap : held.kind === "peak" ? held.most : held.sum / held.samples
      held.sum = 0
      held.most = -Infinity
      held.samples = 0
    }
  }

  get bytes(): number {
    return this.held.size * 4 * (fine.points + coarse.points) + 8 * (fine.points + coarse.points)
  }

  /** Points in rising time. */
  read({ names, resolution, since, until }: HistoryQuery): HistoryPart {
    const ring = resolution === "fine" ? this.fineRing : this.coarseRing
    const places: Array<number> = []
    for (let n = Math.max(0, ring.count - ring.points); n < ring.count; n++) {
      const time = ring.times[n % ring.points] ?? gap
      if (time >= since && time <= until) places.push(n % ring.points)
    }
    const series = Array.from(this.held.values()).filter(({ name }) => nameMatches(name, names))
    return {
      stepSeconds: resolution === "fine" ? fine.stepSeconds : coarse.stepSeconds,
      times: places.map((place) => ring.times[place] ?? 0),
      series: series.map((held): SeriesPoints => ({
        name: held.name,
        labels: held.labels,
        kind: held.kind,
        values: places.map((place) => {
          const value = held[resolution][place] ?? gap
          return Number.isNaN(value) ? null : value
        })
      }))
    }
  }

  /** The mean of the last `seconds` samples of a series; `undefined` where there is none. */
  recent(name: string, labels: Readonly<Record<string, string>>, seconds: number): number | undefined {
    const held = this.held.get(seriesText({ name, labels }))
    if (held === undefined) return undefined
    let [sum, count] = [0, 0]
    for (let n = Math.max(0, this.fineRing.count - seconds); n < this.fineRing.count; n++) {
      const value = held.fine[n % fine.points] ?? gap
      if (Number.isNaN(value)) continue
      sum += value
      count++
    }
    return count === 0 ? undefined : sum / count
  }
}
