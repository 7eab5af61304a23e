/**
 * Exemplars of `operator_latency_seconds` and `operator_events_total` from the spans of the stages: each sampled event's time in a stage leads
 * to its trace.
 *
 * Stands around {@link StageTracing}, which is asked for sampled events only.
 */
import { Effect, Exit, Layer } from "effect"
import { StageTracing } from "../stage/StageHooks.ts"
import { latencyBoundaries } from "../stage/StageMetrics.ts"
import { type Exemplar, Exemplars } from "./Exemplars.ts"

/** The {@link StageTracing} beneath, its spans offered as exemplars when they end. */
export const layerStageExemplars: Layer.Layer<never> = Layer.effect(
  StageTracing,
  Effect.gen(function*() {
    const inner = yield* StageTracing
    const exemplars = yield* Exemplars
    const byStage = new Map<string, (exemplar: Exemplar) => void>()
    const offerOf = (stage: string) => {
      const known = byStage.get(stage)
      if (known !== undefined) return known
      const latency = exemplars.series("operator_latency_seconds", { stage }, latencyBoundaries)
      const processed = exemplars.series("operator_events_total", { stage, outcome: "processed" })
      const offer = (exemplar: Exemplar) => {
        latency(exemplar)
        processed({ ...exemplar, value: 1 })
      }
      byStage.set(stage, offer)
      return offer
    }
    return {
      ...inner,
      start: (stage, event, startTime, links) => {
        const span = inner.start(stage, event, startTime, links)
        if (span === undefined) return undefined
        const end = span.end.bind(span)
        span.end = (endTime, exit) => {
          end(endTime, exit)
          if (Exit.isFailure(exit)) return
          const { spanId, traceId } = span
          const value = Math.max(0, Number(endTime - startTime) / 1e9)
          offerOf(stage)({ traceId, spanId, value, time: Number(endTime) / 1e6 })
        }
        return span
      }
    }
  })
)
