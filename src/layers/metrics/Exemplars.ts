/**
 * Exemplars: for each bucket of a histogram, and for each counter, the last traced event that fell into it, so that a number leads to a
 * trace.
 *
 * Only sampled events are offered, so the others cost nothing. State: at most `capacity` slots (default 4096) of five fields; slots
 * beyond that are not made.
 */
import { Context, Layer } from "effect"
import type { UtcTime } from "../../domain/time/UtcTime.ts"

export interface Exemplar {
  readonly traceId: string
  readonly spanId: string | undefined
  readonly value: number
  readonly time: UtcTime
}

type Labels = Readonly<Record<string, string>>

export interface ExemplarsShape {
  /**
   * Where the exemplars of one series go: made once, called per sampled event. `boundaries` are the histogram's, ascending; a counter has none.
   */
  readonly series: (
    metric: string,
    labels: Labels,
    boundaries?: ReadonlyArray<number>
  ) => (exemplar: Exemplar) => void
  /** The exemplars of a series, at most one a bucket. */
  readonly of: (metric: string, labels: Labels) => ReadonlyArray<Exemplar>
}

const nothing: ReadonlyArray<Exemplar> = []

const keyOf = (metric: string, labels: Labels): string =>
  `${metric}${Object.entries(labels).map(([name, value]) => `\u0000${name}\u0001${value}`).toSorted().join("")}`

/** The default remembers none. */
export class Exemplars extends Context.Reference<ExemplarsShape>("perigee/layers/observability/Exemplars", {
  defaultValue: () => ({ series: () => () => {}, of: () => nothing })
}) {
  static readonly layerMemory = (capacity = 4096): Layer.Layer<never> =>
    Layer.sync(Exemplars, () => {
      const known = new Map<string, Map<number, Exemplar>>()
      let slots = 0
      return {
        series: (metric, labels, boundaries = []) => {
          const key = keyOf(metric, labels)
          return (exemplar) => {
            const byBucket = known.get(key) ?? new Map<number, Exemplar>()
            const found = boundaries.findIndex((boundary) => exemplar.value <= boundary)
            const bucket = found < 0 ? boundaries.length : found
            if (!byBucket.has(bucket)) {
              if (slots >= capacity) return
              slots++
              known.set(key, byBucket)
            }
            byBucket.set(bucket, exemplar)
          }
        },
        of: (metric, labels) => {
          const byBucket = known.get(keyOf(metric, labels))
          return byBucket === undefined ? nothing : Array.from(byBucket.values())
        }
      }
    })
}
