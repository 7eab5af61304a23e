/** The PostgreSQL Layer of the trace store, on a real server. */
import * as PgClient from "@effect/sql-pg/PgClient"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { layer as reactivity } from "effect/reactivity/Reactivity"
import { afterAll, beforeAll } from "vitest"
import { PostgresTraceStore } from "../../../../src/layers/traces/store/postgres/PostgresTraceStore.ts"
import { TraceStore } from "../../../../src/layers/traces/store/TraceStore.ts"
import { type Postgres, startPostgres, whyNoPostgres } from "../../../support/postgres.ts"
import { spanIdOf, storedSpan, traceIdOf, traceWrite } from "../../../support/traces/storedSpans.ts"
import { traceStoreContract } from "./contract/traceStoreContract.ts"

describe.skipIf(whyNoPostgres !== undefined)("traces in PostgreSQL", () => {
  let server: Postgres
  let databases = 0
  beforeAll(async () => {
    server = await startPostgres()
  })
  afterAll(() => server.remove())

  const url = (database: string) => Redacted.make(`postgresql://postgres@127.0.0.1:${server.port}/${database}`)
  const newDatabase = Effect.gen(function*() {
    const name = `traces_${++databases}`
    const sql = yield* PgClient.make({ url: url("postgres") })
    yield* sql.unsafe(`CREATE DATABASE ${name}`)
    return name
  }).pipe(Effect.provide(reactivity), Effect.scoped, Effect.orDie)

  traceStoreContract(
    "PostgreSQL",
    Effect.map(newDatabase, (name) => ({
      opened: (use) => Effect.scoped(Effect.provide(use, PostgresTraceStore.layer({ url: url(name) }))),
      durable: true
    }))
  )

  it.live("several writers of the same traces lose nothing and count nothing twice", () =>
    Effect.gen(function*() {
      const database = yield* newDatabase
      const ids = Array.from({ length: 20 }, (_, n) => traceIdOf(n + 1))
      const writer = (n: number) =>
        Effect.gen(function*() {
          const store = yield* TraceStore
          for (const traceId of n % 2 === 0 ? ids : ids.toReversed()) {
            const parent = storedSpan({ traceId, spanId: spanIdOf(1), service: "shop" })
            const child = storedSpan({ traceId, spanId: spanIdOf(10 + n), parentSpanId: spanIdOf(1), service: "cart" })
            yield* store.write([traceWrite([parent, child], { revision: n })])
          }
        }).pipe(Effect.provide(PostgresTraceStore.layer({ url: url(database) })))
      yield* Effect.forEach([1, 2, 3, 4], writer, { concurrency: "unbounded", discard: true })
      yield* Effect.gen(function*() {
        const store = yield* TraceStore
        const { spans, traces } = yield* store.stats
        assert.deepStrictEqual([traces, spans], [20, 100])
        const [calls] = yield* store.dependencies({ start: 0n, end: 2n ** 62n })
        assert.deepStrictEqual(calls, { parent: "shop", child: "cart", calls: 80, errors: 0 })
      }).pipe(Effect.provide(PostgresTraceStore.layer({ url: url(database) })))
    }), 60_000)

  it.live("a server that was killed and is back: told, and the same Layer goes on", () =>
    Effect.gen(function*() {
      const database = yield* newDatabase
      yield* Effect.gen(function*() {
        const store = yield* TraceStore
        yield* store.write([traceWrite([storedSpan({ spanId: spanIdOf(1) })])])
        yield* Effect.promise(() => server.kill())
        const error = yield* Effect.flip(store.write([traceWrite([storedSpan({ spanId: spanIdOf(2) })])]))
        assert.strictEqual(error.reason, "Unavailable")
        assert.strictEqual((yield* Effect.flip(store.stats)).reason, "Unavailable")
        yield* Effect.promise(() => server.start())
        yield* store.write([traceWrite([storedSpan({ spanId: spanIdOf(2) })])]).pipe(Effect.retry({ times: 5 }))
        assert.strictEqual((yield* store.stats).spans, 2)
      }).pipe(Effect.provide(PostgresTraceStore.layer({ url: url(database) })))
    }), 60_000)

  it.live("a server that is not there at the start is told when it is asked", () =>
    Effect.gen(function*() {
      const store = yield* TraceStore
      assert.strictEqual((yield* Effect.flip(store.stats)).reason, "Unavailable")
    }).pipe(
      Effect.provide(PostgresTraceStore.layer({ url: Redacted.make("postgresql://postgres@127.0.0.1:1/none") })),
      Effect.scoped
    ))
})
