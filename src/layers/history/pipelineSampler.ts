/** What the history keeps of a running pipeline, from the same counts as its metrics. */
import { type Context, Effect, type Metric } from "effect"
import type { Sample } from "../../domain/history/History.ts"
import { quantileBetween } from "../../domain/history/quantile.ts"
import type { SensorNotes } from "../../domain/observation/sensorHealth/SensorNotes.ts"
import type { BudgetReport } from "../../domain/slo/errorBudget.ts"
import type { CanaryReport } from "../canary/CanaryWatch.ts"
import { breakerStates, type PipelineView } from "../metrics/pipelineMetrics.ts"
import { latencyOf } from "../stage/StageMetrics.ts"
import type { Sampler } from "./MetricHistory.ts"

/** What it is taken from beside the pipeline's view. */
export interface PipelineSources {
  readonly view: PipelineView
  readonly notes: SensorNotes | undefined
  readonly deadLetters: () => ReadonlyMap<string, number>
  readonly canaries: () => CanaryReport
  readonly openAlerts: () => number
  readonly budgets: () => ReadonlyArray<BudgetReport>
}

const outcomes = ["processed", "filtered", "late", "dead", "shed"] as const

/** p99 of what each stage took in the last second. */
const latencySampler = (context: Context.Context<never>) => {
  const histograms = new Map<string, Metric.Histogram<number>>()
  const before = new Map<string, Metric.HistogramState>()
  return (sample: Sample, stage: string): void => {
    const histogram = histograms.get(stage) ?? latencyOf(stage)
    histograms.set(stage, histogram)
    const now = histogram.valueUnsafe(context)
    const last = before.get(stage)
    before.set(stage, now)
    const p99 = quantileBetween(last?.buckets ?? [], now.buckets, now.count - (last?.count ?? 0), 0.99)
    sample("operator_latency_p99_seconds", p99, { stage })
  }
}

const sampleStages = ({ view }: PipelineSources, sample: Sample, latency: ReturnType<typeof latencySampler>): void => {
  let late = 0
  for (const [stage, counts] of view.stages()) {
    late += counts.late
    for (const outcome of outcomes) {
      if (outcome === "processed" || counts[outcome] > 0) {
        sample("operator_events_total", counts[outcome], { stage, outcome })
      }
    }
    sample("operator_emitted_total", counts.emitted, { stage })
    sample("operator_busy_seconds_total", counts.busyNanos / 1e9, { stage })
    sample("operator_backpressured_seconds_total", counts.backpressuredNanos / 1e9, { stage })
    sample("operator_in_flight", counts.inFlight, { stage })
    if (counts.retries > 0) sample("retry_attempts_total", counts.retries, { operator: stage })
    latency(sample, stage)
  }
  sample("late_events_dropped_total", late)
  for (const [edge, share] of view.channelOccupancy()) sample("channel_occupancy", share, { edge })
}

const sampleSensors = ({ notes, view }: PipelineSources, sample: Sample): void => {
  const now = view.now()
  const sensors = view.sensors()
  for (const note of notes?.all() ?? []) {
    const source = note.sensor.sourceId
    const { dead, received, uncorrelated } = note.recent(now)
    sample("source_observations_total", note.observations, { source })
    sample("source_last_seen_seconds", Math.max(0, now - (note.lastIngest ?? view.startedAt)) / 1000, { source })
    if (received > 0) {
      sample("source_dead_ratio", dead / received, { source })
      sample("source_uncorrelated_ratio", uncorrelated / received, { source })
    }
    const { pipelineLagMillis, sourceLagMillis } = sensors.get(source) ?? {}
    if (sourceLagMillis !== undefined) sample("source_lag_seconds", sourceLagMillis / 1000, { source })
    if (pipelineLagMillis !== undefined) sample("pipeline_lag_seconds", pipelineLagMillis / 1000, { source })
  }
  for (const [source, feed] of view.feeds()) {
    sample("source_received_total", feed.received, { source })
    sample("source_gap_total", feed.gaps, { source })
    sample("source_kernel_drops_total", feed.kernelDrops, { source })
    sample("source_failures_total", feed.failures, { source })
    if (feed.circuit !== undefined) {
      sample("circuit_breaker_state", breakerStates[feed.circuit], { breaker: source })
    }
  }
}

const sampleRest = (sources: PipelineSources, sample: Sample): void => {
  const { budgets, canaries, deadLetters, openAlerts, view } = sources
  sample("pipeline_unread_records", view.behind())
  const watermark = view.watermark()
  if (watermark !== undefined && Number.isFinite(watermark)) {
    sample("pipeline_watermark_lag_seconds", (view.now() - watermark) / 1000)
  }
  for (const [topic, records] of view.commitLag()) sample("commit_lag", records, { topic })
  for (const [kind, count] of deadLetters()) sample("dlq_entries_total", count, { error_kind: kind })
  for (const [source, counts] of canaries().bySource) {
    sample("canary_emitted_total", counts.emitted, { source })
    sample("canary_arrived_total", counts.arrived, { source })
    sample("canary_missed_total", counts.missed, { source })
  }
  sample("alerts_open", openAlerts())
  for (const { objective, remaining } of budgets()) {
    sample("error_budget_remaining_ratio", remaining, { name: objective.name })
  }
}

export const makePipelineSampler = (sources: PipelineSources): Effect.Effect<Sampler> =>
  Effect.map(Effect.context(), (context) => {
    const latency = latencySampler(context)
    return (sample) => {
      sampleStages(sources, sample, latency)
      sampleSensors(sources, sample)
      sampleRest(sources, sample)
    }
  })
