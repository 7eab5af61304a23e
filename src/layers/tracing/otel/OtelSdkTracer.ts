/**
 * Tracing by the OpenTelemetry SDK: its tracer, context and span processors, for a process that has libraries instrumented for it.
 *
 * Finished spans go to the {@link SpanSink} like those of the other Layers, and to the processors that are given. The SDK makes a root
 * its own trace id; here a root of an event's trace keeps the event's. Roots are sampled by {@link RootSampling}, children
 * follow their parent. Cost: the SDK hooks every step of Effect's that runs under a span; see `bench/spans.ts`.
 */
import * as OtelTracer from "@effect/opentelemetry/OtelTracer"
import { createTraceState } from "@opentelemetry/api"
import { resourceFromAttributes } from "@opentelemetry/resources"
import {
  type IdGenerator,
  ParentBasedSampler,
  SamplingDecision,
  type SpanProcessor
} from "@opentelemetry/sdk-trace-base"
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node"
import { Effect, Layer, Option, Tracer } from "effect"
import type { Attributes } from "../../../domain/tracing/SpanData.ts"
import { RootSampling } from "../../sampling/RootSampling.ts"
import { traceStateIn } from "../SpanTraceState.ts"
import { type OfferSpans, SpanSink } from "../store/SpanSink.ts"
import { makeTraceIds, noSpanId } from "../traceIds.ts"
import { otelSpanData, toOtelAttributes } from "./otelSpanData.ts"

/** Ends nowhere but in the SpanSink: batching, bounds and drop counts are the exporter's behind it. */
export const sinkProcessor = (offer: OfferSpans): SpanProcessor => ({
  onStart: () => {},
  onEnd: (span) => {
    if ((span.spanContext().traceFlags & 1) === 1) offer([otelSpanData(span)])
  },
  forceFlush: () => Promise.resolve(),
  shutdown: () => Promise.resolve()
})

export interface OtelSdkOptions {
  readonly resource: Attributes
  /** Processors beside the {@link SpanSink}, e.g. of an exporter of one's own. They are shut down with the Layer. */
  readonly processors?: ReadonlyArray<SpanProcessor>
}

/** Effect's `Tracer` over an OpenTelemetry tracer provider of its own. */
const layer = (
  { processors = [], resource }: OtelSdkOptions
): Layer.Layer<OtelTracer.OtelTracer | OtelTracer.OtelTracerProvider, never, SpanSink> =>
  Layer.unwrap(Effect.gen(function*() {
    const { offer } = yield* SpanSink
    const decideRoot = yield* RootSampling
    const ids = yield* makeTraceIds
    // The SDK asks for the id of a root and for its sampling while the span is made: what is asked for lies here meanwhile.
    let root: { readonly traceId: string; readonly sampled: boolean } | undefined
    const idGenerator: IdGenerator = {
      generateTraceId: () => root?.traceId ?? ids.traceId(),
      generateSpanId: ids.spanId
    }
    const sampler = new ParentBasedSampler({
      root: {
        shouldSample: (_context, traceId) => {
          const { sampled, traceState } = decideRoot(traceId)
          return {
            decision: (root?.sampled ?? sampled) ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.NOT_RECORD,
            ...(sampled && traceState !== undefined ? { traceState: createTraceState(traceState) } : undefined)
          }
        },
        toString: () => "Perigee's head sampler"
      }
    })
    const provider = Layer.effect(
      OtelTracer.OtelTracerProvider,
      Effect.acquireRelease(
        Effect.sync(() =>
          new NodeTracerProvider({
            idGenerator,
            sampler,
            resource: resourceFromAttributes(toOtelAttributes(resource)),
            spanProcessors: [sinkProcessor(offer), ...processors]
          })
        ),
        (provider) =>
          Effect.ignore(Effect.tryPromise(() => provider.shutdown())).pipe(Effect.timeoutOption("3 seconds"))
      )
    )
    const tracer = Layer.effect(
      Tracer.Tracer,
      Effect.map(OtelTracer.make, (inner) =>
        Tracer.make({
          ...(inner.context === undefined ? undefined : { context: inner.context }),
          span: (options) => {
            const parent = Option.getOrUndefined(options.parent)
            if (parent?._tag !== "ExternalSpan") return inner.span(options)
            root = parent.spanId === noSpanId ? parent : undefined
            const span = inner.span({ ...options, parent: Option.some(withOtelTraceState(parent)) })
            root = undefined
            return span
          }
        }))
    )
    return tracer.pipe(Layer.provideMerge(OtelTracer.layerTracer), Layer.provideMerge(provider))
  }))

const withOtelTraceState = (parent: Tracer.ExternalSpan): Tracer.ExternalSpan => {
  const traceState = traceStateIn(parent.annotations)
  return traceState === undefined ? parent : OtelTracer.makeExternalSpan({
    traceId: parent.traceId,
    spanId: parent.spanId,
    traceFlags: parent.sampled ? 1 : 0,
    traceState
  })
}

/** The OpenTelemetry SDK's tracer. */
export const OtelSdkTracer = { layer }
