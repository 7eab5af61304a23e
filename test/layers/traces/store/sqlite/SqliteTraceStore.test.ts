/** The SQLite Layer of the trace store. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { existsSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { stream } from "../../../../../src/domain/simulation/random.ts"
import { SqliteTraceStore } from "../../../../../src/layers/traces/store/sqlite/SqliteTraceStore.ts"
import { TraceReader, TraceStore } from "../../../../../src/layers/traces/store/TraceStore.ts"
import { temporaryDirectory } from "../../../../support/temporaryDirectory.ts"
import { spanIdOf, storedSpan, traceIdOf, traceWrite } from "../../../../support/traces/storedSpans.ts"
import { traceStoreContract } from "../contract/traceStoreContract.ts"

traceStoreContract(
  "SQLite",
  Effect.map(temporaryDirectory, (directory) => ({
    opened: (use) => Effect.provide(use, SqliteTraceStore.layer({ directory, fileBytes: 1 })),
    durable: true
  }))
)

const partsOf = (seed: number) => {
  const random = stream(seed, "parts")
  return Array.from({ length: 300 }, (_, n) =>
    Array.from({ length: random.integer(1, 9) }, (_, place) =>
      storedSpan({
        traceId: traceIdOf(n + 1),
        spanId: spanIdOf(n * 16 + place + 1),
        parentSpanId: place === 0 ? undefined : spanIdOf(n * 16 + 1),
        attributes: { filler: "x".repeat(random.integer(0, 600)), n, place }
      })))
}

describe("the files of the SQLite trace store", () => {
  it.live("traces that come again and again, in blocks that fill meanwhile, stay whole", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      const traces = partsOf(3)
      yield* Effect.gen(function*() {
        const store = yield* TraceStore
        for (let revision = 1; revision <= 3; revision++) {
          yield* store.write(traces.map((spans) =>
            traceWrite(spans.filter((_, place) => place % 3 === revision - 1), {
              traceId: spans[0]?.traceId ?? "",
              revision
            })
          ))
        }
      }).pipe(Effect.provide(SqliteTraceStore.layer({ directory })))
      yield* Effect.gen(function*() {
        const reader = yield* TraceReader
        for (const spans of traces) {
          const record = Option.getOrThrow(yield* reader.trace(spans[0]?.traceId ?? ""))
          assert.deepStrictEqual(
            record.spans.toSorted((a, b) => a.spanId < b.spanId ? -1 : 1),
            spans
          )
        }
        const { spans, traces: count } = yield* reader.stats
        assert.deepStrictEqual([count, spans], [300, traces.flat().length])
        const { traces: found } = yield* reader.search({ tags: { n: "7", place: "0" } })
        assert.deepStrictEqual(found.map(({ traceId }) => traceId), [traceIdOf(8)])
      }).pipe(Effect.provide(SqliteTraceStore.layerReader(directory)))
    }).pipe(Effect.scoped))

  it.live("a file that is none is set aside and the others are answered from", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      const layer = SqliteTraceStore.layer({ directory })
      const write = (n: number) =>
        TraceStore.use((store) => store.write([traceWrite([storedSpan({ traceId: traceIdOf(n) })])]))
      yield* Effect.provide(write(1), layer)
      const foreign = join(directory, "traces-000000000000001.sqlite")
      writeFileSync(foreign, "this is no database, but it is long enough to be looked at as if it were one".repeat(20))
      yield* Effect.provide(
        Effect.gen(function*() {
          yield* write(2)
          const { traces } = yield* TraceStore.use((store) => store.search({}))
          assert.strictEqual(traces.length, 2)
        }),
        layer
      )
      assert.isFalse(existsSync(foreign))
      assert.isTrue(existsSync(`${foreign}.set-aside`))
    }).pipe(Effect.scoped))

  it.live("is read while another connection writes", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      yield* Effect.gen(function*() {
        const writer = yield* TraceStore
        yield* writer.write([traceWrite([storedSpan({ traceId: traceIdOf(1) })])])
        yield* Effect.gen(function*() {
          const reader = yield* TraceReader
          for (let n = 2; n < 150; n++) {
            yield* writer.write([traceWrite([storedSpan({ traceId: traceIdOf(n) })])])
            if (n % 20 === 0) assert.strictEqual((yield* reader.search({ limit: 1000 })).traces.length, n)
          }
        }).pipe(Effect.provide(SqliteTraceStore.layerReader(directory)))
      }).pipe(Effect.provide(SqliteTraceStore.layer({ directory })))
    }).pipe(Effect.scoped))
})
