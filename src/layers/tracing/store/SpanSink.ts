/**
 * Where finished spans go: a store, an exporter, a list, several of them, or nowhere.
 *
 * `offer` returns at once and never throws: a sink that cannot take a span drops it and counts it.
 */
import { Context, Effect, Layer, type Scope } from "effect"
import type { SpanData } from "../../../domain/tracing/SpanData.ts"

/** Takes finished spans, of one or several traces, in any order. */
export type OfferSpans = (spans: ReadonlyArray<SpanData>) => void

export class SpanSink extends Context.Service<SpanSink, {
  readonly offer: OfferSpans
  /** `false` where nothing is kept: a tracer need not make the spans' data. */
  readonly records: boolean
}>()("perigee/layers/observability/SpanSink") {
  /** Keeps nothing. */
  static readonly off: SpanSink["Service"] = { offer: () => {}, records: false }

  static readonly layerOff = Layer.succeed(SpanSink, SpanSink.off)

  /** Hands all to each of `sinks`, in this order. */
  static readonly fanOut = (sinks: ReadonlyArray<SpanSink["Service"]>): SpanSink["Service"] => {
    const recording = sinks.filter(({ records }) => records)
    return {
      offer: (spans) => {
        for (const { offer } of recording) offer(spans)
      },
      records: recording.length > 0
    }
  }
}

/** A {@link SpanSink} that keeps all it is given, without a bound: for tests and examples. */
export class RecordedSpans extends Context.Service<RecordedSpans, {
  /** In the order in which they ended. */
  readonly spans: () => ReadonlyArray<SpanData>
}>()("perigee/layers/observability/RecordedSpans") {
  static readonly layer = Layer.effectContext(Effect.sync(() => {
    const recorded: Array<SpanData> = []
    return Context.make(RecordedSpans, RecordedSpans.of({ spans: () => recorded.slice() })).pipe(
      Context.add(
        SpanSink,
        SpanSink.of({
          offer: (spans) => {
            for (const span of spans) recorded.push(span)
          },
          records: true
        })
      )
    )
  }))
}

/**
 * What finished spans pass on their way to where they are kept: a tail sampler, a redaction. Given the next sink, it gives the one before
 * it; it may hold spans back, and hands on what it still has when its scope closes. The default passes everything on at once.
 */
export class SpanProcessing extends Context.Reference<
  (next: OfferSpans) => Effect.Effect<OfferSpans, never, Scope.Scope>
>("perigee/layers/observability/SpanProcessing", { defaultValue: () => Effect.succeed }) {}
