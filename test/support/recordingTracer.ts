import { Layer, Tracer } from "effect"
import { StageTracing } from "../../src/layers/stage/StageHooks.ts"

/** A tracer that keeps its spans, and the stages' tracing through it. */
export const recordingTracer = () => {
  const spans: Array<Tracer.NativeSpan> = []
  const tracer = Tracer.make({
    span: (options) => {
      const span = new Tracer.NativeSpan(options)
      spans.push(span)
      return span
    }
  })
  return { spans, layer: Layer.provideMerge(StageTracing.layer, Layer.succeed(Tracer.Tracer, tracer)) }
}
