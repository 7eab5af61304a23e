/**
 * Effect metrics of the stages: `operator_events_total{stage,outcome}` and `operator_latency_seconds{stage}`.
 *
 * Read from the stages' own counts when somebody looks: `Metric.update` once an array and stage cost half a percent of the fusion pipeline's time,
 * its registry being out of the caches each time. A series is there, at 0, from when its stage starts.
 */
import { Context, Effect, Layer, Metric } from "effect"
import type { StageCounts } from "./StageRegistry.ts"

/** What one array did to a stage. Nanoseconds are monotonic. */
export interface ArrayOutcome {
  readonly events: number
  readonly emitted: number
  readonly nanos: number
}

/** Seconds. */
export const latencyBoundaries: ReadonlyArray<number> = [1e-5, 1e-4, 1e-3, 5e-3, 1e-2, 5e-2, 0.1, 0.5, 1, 5]

const outcomes = ["processed", "filtered", "late", "dead", "shed"] as const

/** Called once per array, after the stage's counts were changed. Asked for whenever a stage starts, also when branches share its name. */
export class StageMetrics extends Context.Reference<{
  readonly instruments: (stage: string, counts: Readonly<StageCounts>) => (outcome: ArrayOutcome) => void
}>("perigee/layers/stage/StageMetrics", { defaultValue: () => ({ instruments: () => () => {} }) }) {
  /**
   * State: a histogram a stage, and the counts of each registry that it is counted in, which are added up. A later Layer in the same metric registry
   * takes the place of an earlier one's series.
   */
  static readonly layer = Layer.effect(
    StageMetrics,
    Effect.map(Effect.context(), (context) => {
      const known = new Map<string, StageSeries>()
      const seriesOf = (stage: string): StageSeries => {
        const series = { counts: new Set<Readonly<StageCounts>>(), latencies: new Latencies() }
        known.set(stage, series)
        show(operatorLatency({ stage }), series.latencies.read, context)
        for (const outcome of outcomes) {
          const total = () => series.counts.values().reduce((sum, counts) => sum + counts[outcome], 0)
          show(operatorEvents({ stage, outcome }), () => ({ count: total(), incremental: true }), context)
        }
        return series
      }
      return {
        instruments: (stage: string, ofRegistry: Readonly<StageCounts>) => {
          const { counts, latencies } = known.get(stage) ?? seriesOf(stage)
          counts.add(ofRegistry)
          return ({ nanos }: ArrayOutcome) => latencies.add(nanos / 1e9)
        }
      }
    })
  )
}

interface StageSeries {
  readonly counts: Set<Readonly<StageCounts>>
  readonly latencies: Latencies
}

/** A metric whose state is read where it lies. */
const show = <State>(
  metric: Metric.Metric<number, State>,
  read: () => State,
  context: Context.Context<never>
): void => {
  Metric.registerUnsafe(metric, context, { get: read, update: () => {}, modify: () => {} })
}

/** A histogram of seconds, by {@link latencyBoundaries}. */
class Latencies {
  private readonly inBucket = latencyBoundaries.map(() => 0)
  private count = 0
  private sum = 0
  private min = Infinity
  private max = -Infinity

  add(seconds: number): void {
    this.count++
    this.sum += seconds
    if (seconds < this.min) this.min = seconds
    if (seconds > this.max) this.max = seconds
    // Most are in the first few.
    let bucket = 0
    for (const boundary of latencyBoundaries) {
      if (seconds <= boundary) {
        this.inBucket[bucket] = (this.inBucket[bucket] ?? 0) + 1
        return
      }
      bucket++
    }
  }

  /** Buckets are cumulative, as Effect's are. */
  readonly read = (): Metric.HistogramState => {
    const { count, inBucket, max, min, sum } = this
    let below = 0
    const buckets = latencyBoundaries.map((boundary, index): [number, number] => {
      below += inBucket[index] ?? 0
      return [boundary, below]
    })
    return { buckets, count, sum, min: count === 0 ? 0 : min, max: count === 0 ? 0 : max }
  }
}

const operatorEvents = (attributes: Record<string, string>) =>
  Metric.counter("operator_events_total", {
    description: "Events by stage and by how they ended",
    incremental: true,
    attributes
  })

/** The latency histogram of a stage, to be read: the series that its Layer shows. */
export const latencyOf = (stage: string): Metric.Histogram<number> => operatorLatency({ stage })

const operatorLatency = (attributes: Record<string, string>) =>
  Metric.histogram("operator_latency_seconds", {
    description: "Time that a stage took for one array",
    boundaries: latencyBoundaries,
    attributes
  })
