/** The tail sampler and the load guard as metrics, taken from what they count anyway. Neither is there: nothing is told of it. */
import { Effect, Layer } from "effect"
import type { TailStats } from "../../domain/sampling/tail/TailStats.ts"
import { Collectors } from "../metrics/Collectors.ts"
import { type MetricFamilies, metricFamilies } from "../metrics/instruments.ts"
import { LoadGuard } from "./LoadGuard.ts"
import { TailSamplerInForce, type TailSamplerView } from "./TailSampler.ts"

export const layerSamplingMetrics: Layer.Layer<never, never, Collectors> = Layer.effectDiscard(
  Effect.gen(function*() {
    const collectors = yield* Collectors
    const sampling = yield* TailSamplerInForce
    const { halvings, maxHalvings } = yield* LoadGuard
    const families = yield* metricFamilies
    if (maxHalvings > 0) {
      const halved = families.gauge(
        "trace_load_guard_halvings",
        "How often the load guard halves the share that is sampled"
      )
      yield* collectors.add(() => halved(halvings()))
    }
    const tail = sampling()
    if (tail !== undefined) yield* collectors.add(tailCollector(families, tail))
  })
)

const tailCollector = (families: MetricFamilies, { open, stats }: TailSamplerView) => {
  const total = (name: string, description: string) => families.counter(`tail_sampling_${name}_total`, description)
  const gauge = (name: string, description: string) => families.gauge(`tail_sampling_${name}`, description)
  const traces = total("traces", "Traces that the tail sampler is through with, by how they ended")
  const decisions = total("decisions", "Decisions of the tail sampler, by why they were made then")
  const kept = total("kept_traces", "Traces that the tail sampler kept, by the policy that set the threshold")
  const spans = total("spans", "Spans that the tail sampler was given")
  const keptSpans = total("kept_spans", "Spans that the tail sampler handed on")
  const late = total("late_spans", "Spans that came after the decision about their trace")
  const lateErrors = total("late_dropped_errors", "Late spans with an error that were dropped with their trace")
  const reDecided = total("redecided_traces", "Traces whose decision was forgotten, and made again by the baseline")
  const unknown = total("unknown_weight_spans", "Spans that were kept and belong in no scaled count")
  const openTraces = gauge("open_traces", "Traces that wait for their decision")
  const openSpans = gauge("open_spans", "Spans that wait for the decision about their trace")
  const openBytes = gauge("open_bytes", "What they take in memory, as estimated")

  const tell = (counts: Readonly<TailStats>): void => {
    for (const decision of ["kept", "dropped", "excluded", "evicted", "refused"] as const) {
      traces(counts[decision], { decision })
    }
    for (const [reason, count] of counts.decidedBy) decisions(count, { reason })
    for (const [policy, count] of counts.keptBy) kept(count, { policy })
    spans(counts.spans)
    keptSpans(counts.keptSpans)
    late(counts.lateKeptSpans, { outcome: "kept" })
    late(counts.lateDroppedSpans, { outcome: "dropped" })
    lateErrors(counts.lateDroppedErrors)
    reDecided(counts.reDecided)
    unknown(counts.unknownWeightSpans)
  }
  return () => {
    tell(stats())
    const waiting = open()
    openTraces(waiting.traces)
    openSpans(waiting.spans)
    openBytes(waiting.bytes)
  }
}
