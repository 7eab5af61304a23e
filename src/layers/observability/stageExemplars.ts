/**
 * Exemplars of `operator_latency_seconds` and `operator_events_total` from the spans of the stages: each sampled event's time in a stage leads
 * to its trace.
 *
 * Stands around {@link StageTracing}, which is asked for sampled events only.
 */
import { Effect, Exit, Layer } from "effect"
import { StageTracing } from "../stage/StageHooks.ts"
import { type Exemplar, Exemplars } from "./Exemplars.ts"

/** Those of `operator_latency_seconds`; an exemplar is shown in the bucket that its value lies in, whatever the histogram's are. */
const boundaries = [1e-5, 1e-4, 1e-3, 5e-3, 1e-2, 5e-2, 0.1, 0.5, 1, 5]

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
      const latency = exemplars.series("operator_latency_seconds", { stage }, boundaries)
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
