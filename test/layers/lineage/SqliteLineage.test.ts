import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Layer, Logger, Schema, Scope } from "effect"
import { readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { LineageReader, LineageStore } from "../../../src/layers/lineage/LineageStore.ts"
import { queries } from "../../../src/layers/lineage/sqliteGraph.ts"
import { SqliteLineage } from "../../../src/layers/lineage/SqliteLineage.ts"
import { fileName } from "../../../src/layers/lineage/sqliteSchema.ts"
import { sqlite } from "../../../src/layers/sql/nodeSqlite.ts"
import { temporaryDirectory } from "../../support/temporaryDirectory.ts"
import { everything, ids, lineageStoreContract, randomGraph, recordOf } from "./lineageStoreContract.ts"

lineageStoreContract(
  "SQLite",
  (options) => Effect.map(temporaryDirectory, (directory) => SqliteLineage.layer({ ...options, directory }))
)

const reading = <A, E>(directory: string, body: Effect.Effect<A, E, LineageReader>) =>
  Effect.provide(body, SqliteLineage.layerReader(directory))

const readers = LineageReader.use(Effect.succeed)

describe("the SQLite lineage store", () => {
  it.effect("finds every answer by an index", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      yield* Effect.provide(Effect.void, SqliteLineage.layer({ directory }))
      const database = new sqlite.DatabaseSync(join(directory, fileName))
      for (const [name, sql] of Object.entries(queries)) {
        const plan = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(
          ...Array.from(sql.matchAll(/\?/g), () => 1)
        ).map(({ detail }) => String(detail))
        assert.isNotEmpty(plan, name)
        for (const line of plan) {
          assert.match(line, /^(SEARCH .* USING .*(INDEX|PRIMARY KEY)|CORRELATED SCALAR SUBQUERY)/, `${name}: ${line}`)
          assert.notMatch(line, /SCAN|TEMP B-TREE/, `${name}: ${line}`)
        }
      }
      database.close()
    }))

  it.effect.prop(
    "a restart keeps the answers, and what still waited at the end is written then",
    { seed: Schema.Int },
    ({ seed }) =>
      Effect.scoped(Effect.gen(function*() {
        const directory = yield* temporaryDirectory
        const layer = SqliteLineage.layer({ directory })
        const { records, shuffled } = randomGraph(seed, 12, true)
        yield* Effect.provide(
          Effect.gen(function*() {
            const store = yield* LineageStore
            store.offer(shuffled.slice(0, 6))
          }),
          Layer.fresh(layer)
        )
        const after = yield* Effect.provide(
          Effect.gen(function*() {
            const store = yield* LineageStore
            store.offer(shuffled.slice(6))
            return yield* everything(12)
          }),
          Layer.fresh(layer)
        )
        const expected = yield* Effect.provide(
          Effect.gen(function*() {
            const store = yield* LineageStore
            store.offer(records)
            return yield* everything(12)
          }),
          LineageStore.layerMemory()
        )
        assert.deepStrictEqual(after, expected)
      })),
    { arbitrary: { runs: 6 } }
  )

  it.effect("the capacity holds after a restart", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      for (const part of [0, 1, 2]) {
        yield* Effect.provide(
          Effect.gen(function*() {
            const store = yield* LineageStore
            store.offer(Array.from({ length: 5 }, (_, i) => recordOf(`r${part}${i}`)))
            yield* store.flush
            assert.strictEqual(store.counts().evicted, part === 0 ? 0 : part === 1 ? 3 : 5)
          }),
          Layer.fresh(SqliteLineage.layer({ directory, capacity: 7 }))
        )
      }
    }))

  it.effect("a reader sees what a writer has written, while it is open and afterwards, and writes nothing", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(SqliteLineage.layer({ directory }), scope)
      const offer = (id: string) =>
        Effect.provideContext(
          Effect.flatMap(LineageStore, (store) => {
            store.offer([recordOf(id)])
            return store.flush
          }),
          context
        )
      yield* offer("a")
      yield* reading(
        directory,
        Effect.gen(function*() {
          const reader = yield* readers
          assert.deepStrictEqual(ids((yield* reader.backward("a"))?.matched), ["a"])
          yield* offer("b")
          assert.deepStrictEqual(ids((yield* reader.forward("b"))?.matched), ["b"])
        })
      )
      yield* Scope.close(scope, Exit.void)
      const answer = yield* reading(directory, Effect.flatMap(readers, (reader) => reader.backward("b")))
      assert.deepStrictEqual(ids(answer?.matched), ["b"])
    }))

  it.effect("says what is wrong with the file", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      const missing = yield* Effect.flip(reading(directory, readers))
      assert.strictEqual(missing.reason, "NotFound")
      assert.include(missing.message, "lineage.sqlite does not exist")
      assert.deepStrictEqual(readdirSync(directory), [])

      writeFileSync(join(directory, fileName), "not a database, for certain".repeat(100))
      assert.strictEqual((yield* Effect.flip(reading(directory, readers))).reason, "Corrupt")
      const written = yield* Effect.flip(Effect.provide(Effect.void, SqliteLineage.layer({ directory })))
      assert.strictEqual(written.reason, "Corrupt")
      assert.include(written.message, join(directory, fileName))

      const newer = yield* temporaryDirectory
      yield* Effect.provide(Effect.void, SqliteLineage.layer({ directory: newer }))
      const database = new sqlite.DatabaseSync(join(newer, fileName))
      database.exec("UPDATE schema_version SET version = 99")
      database.close()
      assert.strictEqual((yield* Effect.flip(reading(newer, readers))).reason, "Invalid")
      assert.strictEqual(
        (yield* Effect.flip(Effect.provide(Effect.void, SqliteLineage.layer({ directory: newer })))).reason,
        "Invalid"
      )
    }))

  it.effect("what cannot be written is dropped, counted and told once; the pipeline goes on", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      const warnings: Array<unknown> = []
      const logger = Logger.make(({ logLevel, message }) => {
        if (logLevel === "Warn") warnings.push(message)
      })
      yield* Effect.gen(function*() {
        const store = yield* LineageStore
        const other = new sqlite.DatabaseSync(join(directory, fileName))
        other.exec("DROP TABLE edges")
        for (let i = 0; i < 3; i++) {
          store.offer([recordOf("a", { steps: [{ operator: "s", at: 1, parents: ["b"], parentCount: 1 }] })])
          yield* store.flush
        }
        assert.deepStrictEqual({ ...store.counts() }, { offered: 3, written: 0, dropped: 3, evicted: 0 })
        assert.lengthOf(warnings, 1)
        other.close()
      }).pipe(Effect.provide(Layer.merge(SqliteLineage.layer({ directory }), Logger.layer([logger]))))
    }))
})
