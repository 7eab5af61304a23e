/**
 * A trace over a border of the process: W3C `traceparent` and `tracestate` out of the current span, and a parent out of received ones.
 *
 * For carriers that are read and written by hand: gRPC metadata, a message to a worker thread, headers of a log record. Effect's HTTP
 * client and server do `traceparent` by themselves.
 */
import { Effect, Option, type Tracer } from "effect"
import { extract, type HeaderCarrier } from "../../domain/tracing/propagation.ts"
import { formatTraceParent } from "../../domain/tracing/traceparent.ts"
import { PerigeeSpan } from "./PerigeeSpan.ts"
import { isRandomIn, parentSpan, traceStateIn } from "./SpanTraceState.ts"

/** A type, not an interface, so that it is a record of headers too. */
export type TraceHeaders = {
  readonly traceparent: string
  readonly tracestate?: string
}

/** The headers that make `span` the parent of what happens on the other side. */
export const traceHeaders = (span: Tracer.AnySpan): TraceHeaders => {
  const { annotations, sampled, spanId, traceId } = span
  const [random, tracestate] = span instanceof PerigeeSpan
    ? [span.random, span.traceState]
    : [isRandomIn(annotations), traceStateIn(annotations)]
  const traceparent = formatTraceParent({ traceId, spanId, sampled, random })
  return tracestate === undefined ? { traceparent } : { traceparent, tracestate }
}

/** The headers of the current span; `undefined` outside of any. */
export const currentTraceHeaders: Effect.Effect<TraceHeaders | undefined> = Effect.map(
  Effect.option(Effect.currentParentSpan),
  (span) => Option.isNone(span) ? undefined : traceHeaders(span.value)
)

/** The sender's span as a parent, read as the recommendation says: see `extract`. */
export const parentFromHeaders = (headers: HeaderCarrier): Option.Option<Tracer.ExternalSpan> => {
  const parent = extract(headers)
  return parent === undefined ? Option.none() : Option.some(parentSpan(parent))
}

/** Runs an effect as a child of the sender's span; without one it is run as it is. */
export const withTraceHeaders =
  (headers: HeaderCarrier) => <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Option.match(parentFromHeaders(headers), {
      onNone: () => effect,
      onSome: (parent) => Effect.withParentSpan(effect, parent)
    })
