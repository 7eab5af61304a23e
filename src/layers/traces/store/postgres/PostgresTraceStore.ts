/**
 * A {@link TraceStore} in PostgreSQL, for many machines: any number of processes write and read it.
 *
 * It is reached when it is first asked: a server that is away when the process starts makes the first calls fail with `Unavailable`, and the tables are made once it
 * answers. Each call ends within `timeout`; one that was under way when the connection went may have been done: to write again changes nothing.
 *
 * `bytes` in the statistics and in retention are those of the spans; what PostgreSQL takes for them on disk, indices included, is some three times that, and what was deleted
 * is used again after a vacuum.
 */
import * as PgClient from "@effect/sql-pg/PgClient"
import { Context, type Duration, Effect, Layer, type Redacted, Schema, Semaphore } from "effect"
import * as Reactivity from "effect/reactivity/Reactivity"
import { SqlClient } from "effect/sql/SqlClient"
import { TraceReader, TraceStore, TraceStoreError } from "../TraceStore.ts"
import { makePostgresReads } from "./postgresReads.ts"
import { retainTraces } from "./postgresRetention.ts"
import { migratePostgres } from "./postgresSchema.ts"
import { writeTraces } from "./postgresWrites.ts"

export interface PostgresTraceStoreOptions {
  /** `postgresql://user:password@host:port/database`. */
  readonly url: Redacted.Redacted
  readonly maxConnections?: number
  /** Of one call (default 30 s). */
  readonly timeout?: Duration.Input
}

const isStoreError = Schema.is(TraceStoreError)

const unavailable = (cause: { readonly message: string }): TraceStoreError =>
  isStoreError(cause)
    ? cause
    : new TraceStoreError({ reason: "Unavailable", message: `PostgreSQL: ${cause.message}`, cause })

const make = Effect.fnUntraced(
  function*({ maxConnections = 4, timeout = "30 seconds", url }: PostgresTraceStoreOptions) {
    const sql = yield* PgClient.make({
      url,
      maxConnections,
      minConnections: 0,
      connectTimeout: "5 seconds",
      applicationName: "perigee"
    })
    const one = yield* Semaphore.make(1)
    let migrated = false
    const migrating = one.withPermits(1)(Effect.suspend(() =>
      migrated
        ? Effect.void
        : Effect.map(Effect.provideService(migratePostgres, SqlClient, sql), () => {
          migrated = true
        })
    ))
    const asked = <A, E extends { readonly message: string }>(
      effect: Effect.Effect<A, E>
    ): Effect.Effect<A, TraceStoreError> =>
      Effect.suspend(() => migrated ? effect : Effect.andThen(migrating, effect)).pipe(
        Effect.timeout(timeout),
        Effect.mapError(unavailable)
      )
    const reads = makePostgresReads(sql)
    return TraceStore.of({
      write: Effect.fn("TraceStore.write")((traces) => asked(sql.withTransaction(writeTraces(sql, traces)))),
      retain: Effect.fn("TraceStore.retain")((retention) => asked(retainTraces(sql, retention))),
      trace: (traceId) => asked(reads.trace(traceId)),
      search: (query) => asked(reads.search(query)),
      services: asked(reads.services),
      operations: (service) => asked(reads.operations(service)),
      serviceMetrics: (service, window) => asked(reads.serviceMetrics(service, window)),
      dependencies: (window) => asked(reads.dependencies(window)),
      decision: (traceId) => asked(reads.decision(traceId)),
      linkedFrom: (traceId) => asked(reads.linkedFrom(traceId)),
      stats: asked(reads.stats)
    })
  }
)

/** Fails only for an address that is none. */
const layer = (options: PostgresTraceStoreOptions): Layer.Layer<TraceStore | TraceReader, TraceStoreError> =>
  Layer.effectContext(
    Effect.map(
      Effect.mapError(make(options), unavailable),
      (store) => Context.make(TraceStore, store).pipe(Context.add(TraceReader, store))
    )
  ).pipe(Layer.provide(Reactivity.layer))

export const PostgresTraceStore = { layer }
