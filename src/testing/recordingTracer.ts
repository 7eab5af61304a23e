/** A tracer that remembers its spans. */
import { Layer, Tracer } from "effect"
import { StageTracing } from "../layers/stage/StageHooks.ts"

export const recordingTracer = () => {
  const spans: Array<Tracer.NativeSpan> = []
  const tracer = Tracer.make({
    span: (options) => {
      const span = new Tracer.NativeSpan(options)
      spans.push(span)
      return span
    }
  })
  return { spans, layer: Layer.succeed(Tracer.Tracer, tracer) }
}

/** The same with the stages' tracing through it. */
export const tracedStages = () => {
  const { layer, spans } = recordingTracer()
  return { spans, layer: Layer.provideMerge(StageTracing.layer, layer) }
}
