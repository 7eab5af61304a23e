/** The W3C `tracestate` of a span, as an annotation of it or of its parent: Effect's spans have no place of their own for it. */
import { Context, type Tracer } from "effect"
import type { TraceContext } from "../../domain/Envelope.ts"
import { noSpanId } from "./traceIds.ts"

export class SpanTraceState extends Context.Service<SpanTraceState, string>()(
  "perigee/layers/observability/SpanTraceState"
) {}

const none = Context.empty()

// Nearly all events of a source have the same one: that of the sampler's threshold.
let lastState: string | undefined
let lastAnnotations: Context.Context<never> = none

const annotationsWith = (traceState: string): Context.Context<never> => {
  if (traceState !== lastState) {
    lastState = traceState
    lastAnnotations = Context.make(SpanTraceState, traceState)
  }
  return lastAnnotations
}

/** The `tracestate` that these annotations hold. */
export const traceStateIn = (annotations: Context.Context<never>): string | undefined =>
  annotations === none ? undefined : Context.getOrUndefined(annotations, SpanTraceState)

/**
 * An event's context as the parent of a span, for any `Tracer`. Without a span of its own it still gives its trace: the parent's span id
 * is {@link noSpanId}, which tracers of this folder read as "the root of this trace".
 */
export const parentSpan = ({ sampled, spanId = noSpanId, traceId, traceState }: TraceContext): Tracer.ExternalSpan => ({
  _tag: "ExternalSpan",
  traceId,
  spanId,
  sampled,
  annotations: traceState === undefined ? none : annotationsWith(traceState)
})
