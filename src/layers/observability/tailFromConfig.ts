/** Tail sampling and the flight recorder as the configuration has them. */
import { Context, Effect, Layer } from "effect"
import type { Policy } from "../../domain/sampling/policies/Policy.ts"
import { recordedAttribute, recordedReasons } from "../../domain/tracing/retroactiveSpans.ts"
import { settings } from "../config/settings.ts"
import { layerFlightRecorder } from "./FlightRecorder.ts"
import { SettleTraces } from "./SettleTraces.ts"
import { type OfferSpans, SpanProcessing } from "./SpanSink.ts"
import { TailSampler } from "./TailSampler.ts"

/**
 * What is kept without `PERIGEE_TAIL_POLICY`: every event that was given up, late, shed, slow or retracted, each standing for itself, and the
 * rest as the head sampler had it. The attribute is on such events whether they were sampled or not, so that both are weighed alike; a failed
 * span of the user's own, which an unsampled event has not, is no policy here: its trace stays, as one of the head sampler's.
 */
export const defaultTailPolicy: Policy = {
  type: "or",
  policies: [
    { type: "string_attribute", key: recordedAttribute, values: recordedReasons },
    { type: "head_decision" }
  ]
}

/**
 * A {@link TailSampler} between the tracer and what keeps the spans. With the flight recorder on, every trace that the policy could keep is
 * offered, and the decision alone gives a trace its weight; without it only what the head sampler kept is.
 */
export const layerTailFromConfig = Layer.unwrap(Effect.gen(function*() {
  if (!(yield* settings.tailSampling)) return Layer.empty
  const options = {
    policy: (yield* settings.tailPolicy) ?? defaultTailPolicy,
    maxWaitMillis: yield* settings.tailWait,
    population: (yield* settings.flightRecorder) ? "all" as const : "sampled" as const
  }
  return Layer.effectContext(Effect.sync(() => {
    let flush = () => {}
    const process = (next: OfferSpans) =>
      Effect.map(Layer.build(TailSampler.layer({ ...options, sink: next })), (context) => {
        const sampler = Context.get(context, TailSampler)
        flush = sampler.flush
        return sampler.offer
      })
    return Context.make(SpanProcessing, process).pipe(Context.add(SettleTraces, () => flush()))
  }))
}))

/** The flight recorder, if it is on. */
export const layerRecorderFromConfig = Layer.unwrap(Effect.gen(function*() {
  if (!(yield* settings.flightRecorder)) return Layer.empty
  return layerFlightRecorder({
    slowMillis: yield* settings.flightRecorderSlow,
    maxEventsPerSecond: yield* settings.flightRecorderEvents,
    maxBytesPerSecond: yield* settings.flightRecorderBytes,
    maxStages: yield* settings.flightRecorderStages,
    maxAgeMillis: yield* settings.flightRecorderAge
  })
}))
