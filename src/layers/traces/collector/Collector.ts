/**
 * The collector's service: spans in, durable in the topic `spans` when it has answered.
 *
 * Two doors of this process lead here: the network (`receivers/`) and, for Perigee's own finished spans, `acceptSpans`, which
 * is never traced. What becomes of them is the aggregator's affair; it reads the topic.
 */
import { Context, type Effect, Schema } from "effect"
import type { InstrumentationScope } from "../../../domain/traces/otlp/decodeSpan.ts"
import type { Attributes, SpanData } from "../../../domain/tracing/SpanData.ts"

/**
 * - `Malformed`: no OTLP, or no JSON, or not what its encoding says. - `Unsupported`: another content type or encoding.
 * - `TooLarge`: over 64 MiB, compressed or not, or too many spans. - `Unauthorized`: no API key, or a wrong one.
 * - `RateLimited`: a service's spans above its rate. - `Busy`: more waits than may wait. - `Unavailable`: the log does not take it.
 *
 * The last three may be tried again, after `retryAfterMillis`; nothing of the request was kept (after `Unavailable` perhaps all of it: spans that come
 * twice are found by their ids).
 */
export const RefusalReason = Schema.Literals([
  "Malformed",
  "Unsupported",
  "TooLarge",
  "Unauthorized",
  "RateLimited",
  "Busy",
  "Unavailable"
])

export type RefusalReason = typeof RefusalReason.Type

/** A whole request that was not taken. */
export class CollectorRefusal extends Schema.TaggedError<CollectorRefusal>()("CollectorRefusal", {
  reason: RefusalReason,
  message: Schema.String,
  retryAfterMillis: Schema.optionalKey(Schema.Finite)
}) {}

/** A request that was taken: its spans but the `rejected` ones are in the log. */
export interface Accepted {
  readonly accepted: number
  readonly rejected: number
  /** Why some were rejected; empty if none were. */
  readonly message: string
}

export class Collector extends Context.Service<Collector, {
  /** An `ExportTraceServiceRequest` in protobuf. The bytes are read before the effect first waits, and are the caller's again then. */
  readonly accept: (request: Uint8Array) => Effect.Effect<Accepted, CollectorRefusal>
  /** Finished spans of one resource, in plain data. */
  readonly acceptSpans: (
    resource: Attributes,
    scope: InstrumentationScope,
    spans: ReadonlyArray<SpanData>
  ) => Effect.Effect<Accepted, CollectorRefusal>
}>()("perigee/layers/traces/collector/Collector") {}

/** Where the network may reach the collector; `undefined` where nothing could be bound. */
export class CollectorEndpoints extends Context.Service<CollectorEndpoints, {
  /** `http://host:port`; `/v1/traces` and `/api/v2/spans` stand under it. */
  readonly http: string | undefined
  /** `host:port`. */
  readonly grpc: string | undefined
}>()("perigee/layers/traces/collector/CollectorEndpoints") {}

/**
 * Traces that were decided against for good: their late spans need not be stored. The default knows of none, so that nothing is lost to tail
 * sampling; an aggregator that keeps its decisions in memory may provide it.
 */
export class DroppedTraces extends Context.Reference<
  {
    /** The trace id's four words, most significant first, stand at `at`. */
    readonly has: (words: Uint32Array, at: number) => boolean
  } | undefined
>("perigee/layers/traces/collector/DroppedTraces", { defaultValue: () => undefined }) {}
