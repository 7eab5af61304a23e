/**
 * Stored traces: written by the aggregator, read by queries.
 *
 * **Writes** are idempotent by (trace id, span id, kind): whatever is written again changes nothing. A later write of a trace adds spans and brings a greater
 * revision; its decision and completion win over those of lesser revisions. A dropped trace is written with its decision and without parts. When `write` returns, what
 * was written survives whatever the store survives, and is in every answer from then on.
 *
 * **Reads** give spans as they came; assembly, clock skew and critical paths are pure functions of `src/domain/traces` over what `trace` gives.
 */
import { Context, Effect, Layer, type Option, Schema } from "effect"
import type { EncodedSpan } from "../../../domain/traces/otlp/decodeStored.ts"
import type {
  BackLink,
  Operation,
  ServiceDependency,
  ServiceMetrics,
  TimeWindow,
  TracePage,
  TraceQuery
} from "../../../domain/traces/TraceQuery.ts"
import type { Completion, TraceDecision, TraceRecord } from "../../../domain/traces/TraceRecord.ts"

/**
 * `NotKept`: this process keeps no traces. `NotFound`: there is no store to read. `Invalid`: a page token or query that is none, or a store of another
 * version. `Corrupt`: it is damaged. `Unavailable`: it cannot be reached now.
 */
export class TraceStoreError extends Schema.TaggedError<TraceStoreError>()("TraceStoreError", {
  reason: Schema.Literals(["NotKept", "NotFound", "Invalid", "Corrupt", "Unavailable"]),
  message: Schema.String,
  cause: Schema.optionalKey(Schema.Defect())
}) {}

export interface TraceWrite {
  /** 32 lower-case hex digits. */
  readonly traceId: string
  readonly revision: number
  readonly decision: TraceDecision
  readonly completion: Completion
  /** Those that this write adds. Views; a store that keeps them copies them. */
  readonly parts: ReadonlyArray<EncodedSpan>
}

export interface TraceRetention {
  /** Traces that ended before this go, nanoseconds since the epoch. */
  readonly before?: bigint
  /** The oldest go until the rest takes no more than this. */
  readonly maxBytes?: number
}

export interface TraceStoreStats {
  readonly traces: number
  readonly spans: number
  /** On disk, or an estimate in memory. */
  readonly bytes: number
}

export interface TraceReads {
  /** A kept trace. */
  readonly trace: (traceId: string) => Effect.Effect<Option.Option<TraceRecord>, TraceStoreError>
  readonly search: (query: TraceQuery) => Effect.Effect<TracePage, TraceStoreError>
  /** In order of name. */
  readonly services: Effect.Effect<ReadonlyArray<string>, TraceStoreError>
  /** In order of name, then kind. */
  readonly operations: (service: string) => Effect.Effect<ReadonlyArray<Operation>, TraceStoreError>
  /** Of the spans that start in the window. */
  readonly serviceMetrics: (service: string, window: TimeWindow) => Effect.Effect<ServiceMetrics, TraceStoreError>
  /** Of the traces that start in the window; in order of parent, then child. A store may widen the window to its own grain, at most an hour each way. */
  readonly dependencies: (window: TimeWindow) => Effect.Effect<ReadonlyArray<ServiceDependency>, TraceStoreError>
  /** Of kept and of dropped traces, for as long as decisions are held. */
  readonly decision: (traceId: string) => Effect.Effect<Option.Option<TraceDecision>, TraceStoreError>
  /** Traces with a span that links to this trace, at most 100. */
  readonly linkedFrom: (traceId: string) => Effect.Effect<ReadonlyArray<BackLink>, TraceStoreError>
  readonly stats: Effect.Effect<TraceStoreStats, TraceStoreError>
}

/** Answers without the right to write: for a process beside the one that runs. */
export class TraceReader extends Context.Service<TraceReader, TraceReads>()("perigee/layers/traces/TraceReader") {
  /** Knows nothing; every question fails with `why`. */
  static readonly layerOff = (why: string): Layer.Layer<TraceReader> => {
    const notKept = Effect.fail(new TraceStoreError({ reason: "NotKept", message: why }))
    return Layer.succeed(TraceReader, {
      trace: () => notKept,
      search: () => notKept,
      services: notKept,
      operations: () => notKept,
      serviceMetrics: () => notKept,
      dependencies: () => notKept,
      decision: () => notKept,
      linkedFrom: () => notKept,
      stats: notKept
    })
  }
}

export class TraceStore extends Context.Service<
  TraceStore,
  TraceReads & {
    readonly write: (traces: ReadonlyArray<TraceWrite>) => Effect.Effect<void, TraceStoreError>
    /** Gives how many traces went. */
    readonly retain: (retention: TraceRetention) => Effect.Effect<number, TraceStoreError>
  }
>()("perigee/layers/traces/TraceStore") {}
