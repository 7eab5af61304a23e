/**
 * Everything that a stage adds around a step, in this process and in one Layer: counts, metrics, dead letters, state, spans and lineage of
 * the sampled. For pipelines of one's own, for examples and tests; `perigee run` puts the same together from its configuration.
 *
 * Held: what `SpanStore` and `DeadLettersMemory` hold.
 */
import { Layer } from "effect"
import { DeadLettersMemory } from "../deadletters/DeadLetters.ts"
import { PerigeeTracer } from "../tracing/PerigeeTracer.ts"
import { SpanSink } from "../tracing/store/SpanSink.ts"
import { Tracing } from "../tracing/Tracing.ts"
import { HeadSampler } from "./HeadSampler.ts"
import { StageLineage, StageMetrics, StageTracing } from "./StageHooks.ts"
import { StageRegistry } from "./StageRegistry.ts"
import { StageState } from "./StageState.ts"
import { UnkeptState } from "./UnkeptState.ts"

const withTracing = <A, E, R>(ratio: number, tracing: Layer.Layer<A, E, R>) =>
  Layer.mergeAll(
    DeadLettersMemory.layer,
    StageRegistry.layer,
    StageState.layerMemory(),
    UnkeptState.layerAccepted,
    StageMetrics.layer,
    StageLineage.layer,
    HeadSampler.layerRatio(ratio),
    StageTracing.layer.pipe(Layer.provideMerge(tracing))
  )

/** Spans of this share of the events, in a bounded store: the `SpanStore`. */
export const layer = (options: { readonly ratio: number }) => withTracing(options.ratio, Tracing.layerBackend())

/** Spans of all events, in a list: `RecordedSpans`. */
export const layerTest = withTracing(1, Tracing.layerTest)

/** Spans of this share of the events are made and dropped: what all of it costs, without what keeps it. */
export const layerNoExport = (options: { readonly ratio: number }) =>
  withTracing(options.ratio, PerigeeTracer.layer.pipe(Layer.provideMerge(SpanSink.layerOff)))
