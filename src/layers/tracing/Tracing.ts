/**
 * Tracing as one Layer, by variant. Each gives Effect's `Tracer`, and the {@link SpanSink} that finished spans go to, from the tracer and
 * from whoever makes spans afterwards; behind it lies the {@link SpanProcessing} in force, such as a tail sampler, then what keeps them.
 */
import { Context, Effect, Layer, References } from "effect"
import { HttpClient } from "effect/http"
import type { OtlpSerialization } from "effect/observability"
import { HeadSampler } from "../stage/HeadSampler.ts"
import { makeOtlpSpanExporter, type OtlpOptions } from "./otlp/OtlpSpanExporter.ts"
import { PerigeeTracer } from "./PerigeeTracer.ts"
import { countTraces, type KeptSpans, KeptTraces } from "./recorder/KeptTraces.ts"
import { OwnSpans } from "./store/OwnSpans.ts"
import { RecordedSpans, SpanProcessing, SpanSink } from "./store/SpanSink.ts"
import { SpanStore, type SpanStoreBounds } from "./store/SpanStore.ts"

/** The sink in front of `last`, and the count of the traces that come through to it. */
const layerSink = <E, R>(last: Effect.Effect<KeptSpans, E, R>) =>
  Layer.effectContext(Effect.gen(function*() {
    const process = yield* SpanProcessing
    const { kept, offer } = yield* last
    const sink = SpanSink.of({ offer: yield* process(offer), records: true })
    return Context.make(SpanSink, sink).pipe(Context.add(KeptTraces, kept))
  }))

const storedSpans = ({ offer, stats }: SpanStore["Service"]): KeptSpans => ({
  offer,
  kept: Effect.map(stats, ({ acceptedTraces }) => acceptedTraces)
})

/** Spans into a bounded store in this process. */
const layerBackend = (bounds: Partial<SpanStoreBounds> = {}): Layer.Layer<SpanSink | SpanStore> =>
  PerigeeTracer.layer.pipe(
    Layer.provideMerge(layerSink(Effect.map(SpanStore, storedSpans))),
    Layer.provideMerge(SpanStore.layerMemory(bounds))
  )

/** Spans to the trace backend in this process: see {@link OwnSpans}. */
const layerOwn: Layer.Layer<SpanSink, never, OwnSpans> = PerigeeTracer.layer.pipe(
  Layer.provideMerge(layerSink(Effect.map(OwnSpans, ({ offer }) => countTraces(offer))))
)

/** Spans to a receiver of OTLP over HTTP. */
const layerOtlp = (
  options: OtlpOptions
): Layer.Layer<SpanSink, never, HttpClient.HttpClient | OtlpSerialization.OtlpSerialization> =>
  PerigeeTracer.layer.pipe(Layer.provideMerge(layerSinkOtlp(options)))

/** The sink of {@link layerOtlp} alone, for another tracer. */
const layerSinkOtlp = (options: OtlpOptions) =>
  layerSink(Effect.map(makeOtlpSpanExporter(options), ({ sink }) => countTraces(sink.offer)))

/** Spans into a list: see {@link RecordedSpans}. */
const layerTest: Layer.Layer<SpanSink | RecordedSpans> = PerigeeTracer.layer.pipe(
  Layer.provideMerge(RecordedSpans.layer)
)

/** No spans: `Effect.withSpan` makes none, a stage asks for none, and no event is sampled. */
const layerOff: Layer.Layer<SpanSink> = Layer.mergeAll(
  SpanSink.layerOff,
  Layer.succeed(References.TracerEnabled, false),
  // An HTTP client that may not trace writes a `traceparent` that is none.
  Layer.succeed(HttpClient.TracerPropagationEnabled, false),
  HeadSampler.layerOff
)

/** Tracing by variant: spans into a store of this process, to a receiver of OTLP, into a list, nowhere. */
export const Tracing = { layerBackend, layerOwn, layerOtlp, layerSinkOtlp, layerTest, layerOff }
