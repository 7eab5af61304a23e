/**
 * Finished spans by trace: what `backend` tracing keeps, and what a trace is read from.
 *
 * A trace is found by its id at once; what a query asks of spans is looked for in all traces, and told newest first. Bounded: see {@link SpanStoreBounds}.
 */
import { Clock, Context, Effect, Layer, Schema } from "effect"
import type { SpanData } from "../../../domain/tracing/SpanData.ts"
import { makeMemorySpans } from "./memorySpans.ts"
import type { SpanQuery, SpanStoreBounds, SpanStoreStats, TraceSummary } from "./SpanQuery.ts"
import type { OfferSpans } from "./SpanSink.ts"

export * from "./SpanQuery.ts"

/** `NotKept`: this process keeps no spans. `Unavailable`: the store cannot be reached now. */
export class SpanStoreError extends Schema.TaggedError<SpanStoreError>()("SpanStoreError", {
  reason: Schema.Literals(["NotKept", "Unavailable"]),
  message: Schema.String,
  cause: Schema.optionalKey(Schema.Defect())
}) {}

export const defaultSpanStoreBounds: SpanStoreBounds = {
  maxSpans: 100_000,
  maxBytes: 64 << 20,
  maxAgeMillis: 3_600_000,
  service: "perigee"
}

export class SpanStore extends Context.Service<SpanStore, {
  /** Takes finished spans at once; what is over the bounds is evicted, the oldest traces first and whole, and counted. */
  readonly offer: OfferSpans
  /** All spans of a trace that are held, in the order in which they start; empty for none. */
  readonly trace: (traceId: string) => Effect.Effect<ReadonlyArray<SpanData>, SpanStoreError>
  /** Traces with a span that the query holds for, newest first. */
  readonly search: (query: SpanQuery) => Effect.Effect<ReadonlyArray<TraceSummary>, SpanStoreError>
  readonly stats: Effect.Effect<SpanStoreStats>
}>()("perigee/layers/observability/SpanStore") {
  /** In memory, for as long as the process runs. */
  static readonly layerMemory = (bounds: Partial<SpanStoreBounds> = {}): Layer.Layer<SpanStore> =>
    Layer.effect(
      SpanStore,
      Effect.map(Clock.Clock, (clock) => {
        const spans = makeMemorySpans({ ...defaultSpanStoreBounds, ...bounds }, () => clock.currentTimeMillisUnsafe())
        return SpanStore.of({
          offer: spans.offer,
          trace: (traceId) => Effect.sync(() => spans.trace(traceId)),
          search: (query) => Effect.sync(() => spans.search(query)),
          stats: Effect.sync(spans.stats)
        })
      })
    )

  /** Keeps nothing; to read from it fails with `why`. */
  static readonly layerOff = (why: string): Layer.Layer<SpanStore> =>
    Layer.succeed(SpanStore, {
      offer: () => {},
      trace: () => Effect.fail(new SpanStoreError({ reason: "NotKept", message: why })),
      search: () => Effect.fail(new SpanStoreError({ reason: "NotKept", message: why })),
      stats: Effect.succeed(makeMemorySpans({ ...defaultSpanStoreBounds }, () => 0).stats())
    })
}
