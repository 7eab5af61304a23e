import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { SqliteClient } from "../../../src/layers/sql/SqliteClient.ts"

const provided = Effect.provide(SqliteClient.layer({ file: ":memory:" }))

describe("SqliteClient", () => {
  it.effect("runs statements with every kind of value", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      yield* sql`CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT, weight REAL, data BLOB, note TEXT)`
      yield* sql`INSERT INTO things ${
        sql.insert([
          { id: 1, name: "a'b", weight: 1.5, data: Uint8Array.of(0, 255), note: null },
          { id: 2, name: "観測", weight: 2, data: new Uint8Array(0), note: "x" }
        ])
      }`
      const rows = yield* sql`SELECT * FROM things ORDER BY id`
      assert.deepStrictEqual(rows.map((row) => Object.assign({}, row)), [
        { id: 1, name: "a'b", weight: 1.5, data: Uint8Array.of(0, 255), note: null },
        { id: 2, name: "観測", weight: 2, data: new Uint8Array(0), note: "x" }
      ])
      const values = yield* sql`SELECT name, id AS name FROM things WHERE id IN ${sql.in([2])}`.values
      assert.deepStrictEqual(values, [["観測", 2]])
      const streamed = yield* Stream.runCollect(sql`SELECT id FROM things ORDER BY id`.stream)
      assert.deepStrictEqual(streamed.map((row) => row.id), [1, 2])
      assert.deepStrictEqual((yield* sql`SELECT count(*) AS n FROM things`)[0]?.n, 2)
    }).pipe(provided))

  it.effect("a transaction commits, or rolls back to its savepoint", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      yield* sql`CREATE TABLE n (i INTEGER)`
      const failing = sql.withTransaction(Effect.andThen(sql`INSERT INTO n VALUES (2)`, Effect.fail("no")))
      yield* sql.withTransaction(Effect.gen(function*() {
        yield* sql`INSERT INTO n VALUES (1)`
        assert.strictEqual(yield* Effect.flip(failing), "no")
        yield* sql`INSERT INTO n VALUES (3)`
      }))
      assert.strictEqual(yield* Effect.flip(failing), "no")
      assert.deepStrictEqual((yield* sql`SELECT i FROM n ORDER BY i`.values).flat(), [1, 3])
    }).pipe(provided))

  it.effect("concurrent transactions take turns", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      yield* sql`CREATE TABLE counter (n INTEGER)`
      yield* sql`INSERT INTO counter VALUES (0)`
      const increment = sql.withTransaction(Effect.gen(function*() {
        const [row] = yield* sql<{ readonly n: number }>`SELECT n FROM counter`
        yield* Effect.yieldNow
        yield* sql`UPDATE counter SET n = ${(row?.n ?? 0) + 1}`
      }))
      yield* Effect.replicateEffect(increment, 20, { concurrency: "unbounded" })
      assert.deepStrictEqual((yield* sql`SELECT n FROM counter`.values).flat(), [20])
    }).pipe(provided))

  it.effect("errors say what they are", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient
      yield* sql`CREATE TABLE u (i INTEGER UNIQUE)`
      yield* sql`INSERT INTO u VALUES (1)`
      const duplicate = yield* Effect.flip(sql`INSERT INTO u VALUES (1)`)
      assert.strictEqual(duplicate.reason._tag, "UniqueViolation")
      assert.include(duplicate.message, "UNIQUE constraint failed: u.i")
      yield* Effect.flip(sql`SELECT * FROM absent`)
      yield* Effect.flip(sql`SELECT ${{ an: "object" }}`)
    }).pipe(provided))

  it.effect("a file that cannot be opened is a ConnectionError", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(
        Effect.provide(Effect.asVoid(SqlClient), SqliteClient.layer({ file: "/absent/directory/file.sqlite" }))
      )
      assert.strictEqual(error.reason._tag, "ConnectionError")
    }))
})
