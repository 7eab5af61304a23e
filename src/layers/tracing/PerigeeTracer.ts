/**
 * The tracer behind every Layer but the OpenTelemetry SDK's: light spans, handed to the {@link SpanSink} when they end.
 *
 * A span takes the trace of its parent and follows the parent's decision. A root that nobody gave a trace is decided by {@link RootSampling}.
 * Cost of a sampled span with two attributes: see `bench/spans.ts`; an unsampled one is never turned into data.
 */
import { Effect, Layer, Metric, Tracer } from "effect"
import { type DecideRoot, RootSampling } from "../sampling/RootSampling.ts"
import { type PerigeeSpan, startSpan } from "./PerigeeSpan.ts"
import { makeDroppedSpans } from "./store/droppedSpans.ts"
import { SpanSink } from "./store/SpanSink.ts"
import { makeTraceIds } from "./traceIds.ts"

/** A tracer over the {@link SpanSink} in force. A sink that throws costs the span, which is counted, and nothing else. */
export const makePerigeeTracer = Effect.fnUntraced(function*(decideRoot: DecideRoot) {
  const { offer, records } = yield* SpanSink
  const ids = yield* makeTraceIds
  const context = yield* Effect.context()
  const { drop } = yield* makeDroppedSpans("sink", ["defect"])
  const hand = (span: PerigeeSpan): void => {
    try {
      const data = span.toSpanData()
      if (data !== undefined) offer([data])
    } catch {
      drop("defect", 1)
    }
  }
  for (const field of ["attributes", "events", "links"]) spanFieldsDropped(field).valueUnsafe(context)
  const outlet = {
    ids,
    ended: records ? hand : () => {},
    overflow: (field: string, count: number) => spanFieldsDropped(field).updateUnsafe(count, context)
  }
  return Tracer.make({ span: (options) => startSpan(options, outlet, decideRoot) })
})

const spanFieldsDropped = (field: string) =>
  Metric.counter("span_fields_dropped_total", {
    description: "Attributes, events and links of spans that were over the limit of 128",
    incremental: true,
    attributes: { field }
  })

/** {@link makePerigeeTracer}, with the {@link RootSampling} in force. */
const layer: Layer.Layer<never, never, SpanSink> = Layer.effect(
  Tracer.Tracer,
  Effect.flatMap(RootSampling, makePerigeeTracer)
)

/** The tracer over whatever {@link SpanSink} is in force. */
export const PerigeeTracer = { layer }
