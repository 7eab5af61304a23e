/**
 * Finished spans by trace: what `backend` tracing keeps, and what a trace is read from.
 *
 * A trace is found by its id at once; what a query asks of spans is looked for in all traces, and told newest first. Bounded: see {@link SpanStoreBounds}.
 */
import { Clock, Context, Effect, Layer, Schema } from "effect"
import type { AttributeValue, SpanData } from "../../../domain/tracing/SpanData.ts"
import { makeMemorySpans } from "./memorySpans.ts"
import type { OfferSpans } from "./SpanSink.ts"

/** Spans that all of these hold for make their trace a result. Times are nanoseconds since the Unix epoch. */
export interface SpanQuery {
  /** A span's own `service.name`, else the service of the process. */
  readonly service?: string
  /** The name of a span. */
  readonly operation?: string
  readonly minDurationNanos?: bigint
  readonly maxDurationNanos?: bigint
  /** The status is `error` (`true`) or is not (`false`). */
  readonly error?: boolean
  /** Equal by their text, so that `"7"` finds the number 7. */
  readonly attributes?: Readonly<Record<string, AttributeValue>>
  /** The span starts at or after this. */
  readonly since?: bigint
  /** The span starts before this. */
  readonly until?: bigint
  /** Traces at most; 20 without. */
  readonly limit?: number
}

export interface TraceSummary {
  readonly traceId: string
  /** The earliest start of its spans. */
  readonly startTime: bigint
  /** To the latest end. */
  readonly durationNanos: bigint
  readonly spans: number
  readonly errors: number
  /** The name of the span without a parent, if it has come. */
  readonly root: string | undefined
}

/** What is held now, and since the start what was taken and what was evicted. */
export interface SpanStoreStats {
  readonly traces: number
  readonly spans: number
  /** An estimate. */
  readonly bytes: number
  readonly acceptedTraces: number
  readonly acceptedSpans: number
  readonly evictedTraces: number
  readonly evictedSpans: number
}

/** `NotKept`: this process keeps no spans. `Unavailable`: the store cannot be reached now. */
export class SpanStoreError extends Schema.TaggedError<SpanStoreError>()("SpanStoreError", {
  reason: Schema.Literals(["NotKept", "Unavailable"]),
  message: Schema.String,
  cause: Schema.optionalKey(Schema.Defect())
}) {}

export interface SpanStoreBounds {
  readonly maxSpans: number
  /** Estimated: what the texts and records of a span take. */
  readonly maxBytes: number
  /** Since the first span of a trace came. */
  readonly maxAgeMillis: number
  /** The service of spans that do not name one. */
  readonly service: string
}

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
