/**
 * What W3C Trace Context says of a span and Effect's spans have no place for, as annotations of it or of its parent: the `tracestate`, and whether the
 * last 7 bytes of the trace id are random (flag 2), which whoever made the id knows and everybody passes on.
 */
import { Context, type Tracer } from "effect"
import type { TraceContext } from "../../domain/stream/Envelope.ts"
import { noSpanId } from "./traceIds.ts"

export class SpanTraceState extends Context.Service<SpanTraceState, string>()(
  "perigee/layers/observability/SpanTraceState"
) {}

class RandomTraceId extends Context.Service<RandomTraceId, true>()(
  "perigee/layers/observability/SpanTraceState/RandomTraceId"
) {}

const none = Context.empty()

// Nearly all events of a source have the same one: that of the sampler's threshold.
let lastState: string | undefined
let lastRandom = false
let lastAnnotations: Context.Context<never> = none

const annotationsWith = (traceState: string | undefined, random: boolean): Context.Context<never> => {
  if (traceState !== lastState || random !== lastRandom) {
    lastState = traceState
    lastRandom = random
    const state = traceState === undefined ? none : Context.make(SpanTraceState, traceState)
    lastAnnotations = random ? Context.add(state, RandomTraceId, true) : state
  }
  return lastAnnotations
}

/** The `tracestate` that these annotations hold. */
export const traceStateIn = (annotations: Context.Context<never>): string | undefined => {
  if (annotations === none) return undefined
  return annotations === lastAnnotations ? lastState : Context.getOrUndefined(annotations, SpanTraceState)
}

/** Whether these annotations say that the trace id is random. */
export const isRandomIn = (annotations: Context.Context<never>): boolean => {
  if (annotations === none) return false
  return annotations === lastAnnotations ? lastRandom : Context.getOrUndefined(annotations, RandomTraceId) === true
}

/**
 * A context as the parent of a span, for any `Tracer`: an event's, or what came from elsewhere. Without a span of its own it still gives its trace: the parent's
 * span id is {@link noSpanId}, which tracers of this folder read as "the root of this trace".
 */
export const parentSpan = (
  { random = false, sampled, spanId = noSpanId, traceId, traceState }: TraceContext
): Tracer.ExternalSpan => ({
  _tag: "ExternalSpan",
  traceId,
  spanId,
  sampled,
  annotations: traceState === undefined && !random ? none : annotationsWith(traceState, random)
})
