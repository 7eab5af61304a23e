/** A tail sampler between the tracer and what keeps the spans: the {@link SpanProcessing} of the tracing Layers. */
import { Context, Effect, Layer } from "effect"
import { SpanProcessing } from "./SpanSink.ts"
import { TailSampler, type TailSamplerOptions } from "./TailSampler.ts"

/** Provide it to a Layer of `Tracing.ts`: only traces that the policy keeps go on. See {@link TailSampler} for state and bounds. */
export const layerTailProcessing = (options: Omit<TailSamplerOptions, "sink">): Layer.Layer<never> =>
  Layer.succeed(SpanProcessing, (next) =>
    Effect.map(
      Layer.build(TailSampler.layer({ ...options, sink: next })),
      (context) => Context.get(context, TailSampler).offer
    ))
