/** Spans of requests, in and out, by the tracer in force: also where spans are switched off there are ids to pass on. */
import { Context, Option, Tracer } from "effect"
import type { TraceContext } from "../../domain/stream/Envelope.ts"
import { isSpanId, isTraceId } from "../../domain/tracing/traceparent.ts"
import { parentSpan } from "../tracing/SpanTraceState.ts"

/** A child of `parent`, whose decision it follows; without one the root of a new trace that is not sampled. */
export const startRequestSpan = (tracer: Tracer.Tracer, options: {
  readonly name: string
  readonly kind: "server" | "client"
  readonly parent: TraceContext | undefined
  readonly startTime: bigint
}): Tracer.Span => {
  const { kind, name, parent, startTime } = options
  const start = (by: Tracer.Tracer) =>
    by.span({
      name,
      parent: parent === undefined ? Option.none() : Option.some(parentSpan(parent)),
      annotations: Context.empty(),
      links: [],
      startTime,
      kind,
      root: parent === undefined,
      sampled: parent?.sampled ?? false
    })
  const span = start(tracer)
  return isTraceId(span.traceId) && isSpanId(span.spanId) ? span : start(Tracer.nativeTracer)
}
