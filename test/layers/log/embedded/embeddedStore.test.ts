import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as schema from "../../../../src/layers/log/embedded/embeddedSchema.ts"
import { makeEmbeddedStore } from "../../../../src/layers/log/embedded/embeddedStore.ts"
import { makeLocalLog } from "../../../../src/layers/log/local/localLog.ts"
import { migrate } from "../../../../src/layers/sql/migrate.ts"
import { openSqlite } from "../../../../src/layers/sql/SqliteDatabase.ts"
import { expectFailure, numbered, record, text } from "../contract/support.ts"

describe("embedded store", () => {
  it.effect("a full disk fails the append, writes nothing, and the log goes on when there is room again", () =>
    Effect.gen(function*() {
      const database = yield* openSqlite({ file: ":memory:" })
      yield* migrate(database, schema.component, schema.steps)
      const { store } = makeEmbeddedStore(database, "log.sqlite")
      const log = yield* makeLocalLog(store, {})
      yield* log.ensureTopic({ name: "t", partitions: 2, retentionBytes: 10 })
      yield* log.append("t", numbered(2, 0))
      database.exec("PRAGMA max_page_count = 20")
      const large = record("", { partition: 1, value: new Uint8Array(200_000) })
      const failures = yield* Effect.forEach(
        [[record("beside", { partition: 0 })], [...numbered(3, 0), large]],
        (records) => Effect.flip(log.append("t", records)),
        { concurrency: "unbounded" }
      )
      // Both were one transaction.
      assert.deepStrictEqual(failures.map((error) => error.reason), ["Unavailable", "Unavailable"])
      assert.strictEqual(failures[0]?.message, "log.sqlite: database or disk is full")
      assert.deepStrictEqual((yield* log.offsets("t")).map((each) => each.end), [2, 0])
      const [next] = yield* log.append("t", [record("next", { partition: 0 })])
      assert.strictEqual(next?.offset, 2)
      const read = yield* log.read({ topic: "t", partition: 0, offset: 0, max: 9 })
      assert.deepStrictEqual(read.map(text), ["0", "1", "next"])
      yield* expectFailure(log.append("t", [large]), "Unavailable")
      database.exec("PRAGMA max_page_count = 1000000")
      yield* log.append("t", [large])
    }))
})
