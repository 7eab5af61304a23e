/**
 * effect/sql's `SqlClient` over `node:sqlite`, as `@effect/sql-sqlite-node` has no release for Effect 4.
 *
 * One connection, one statement or transaction at a time. Statements run on the main thread: keep them short, and use
 * {@link SqliteDatabase} with statements prepared once where each row counts. Integers come as numbers; one past 2^53 fails the query
 * rather than lose digits.
 */
import { Effect, Layer, Semaphore, Stream } from "effect"
import * as Reactivity from "effect/reactivity/Reactivity"
import * as SqlClient from "effect/sql/SqlClient"
import type { Connection } from "effect/sql/SqlConnection"
import type { SqlError } from "effect/sql/SqlError"
import * as Statement from "effect/sql/Statement"
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite"
import { openSqlite, SqliteDatabase, type SqliteOptions } from "./SqliteDatabase.ts"
import { sqlError } from "./sqliteError.ts"

const cachedStatements = 200

const input = (value: unknown): SQLInputValue => {
  switch (typeof value) {
    case "string":
    case "number":
    case "bigint":
      return value
    case "boolean":
      return value ? 1 : 0
  }
  if (value === null || value === undefined) return null
  if (value instanceof Uint8Array) return value
  if (value instanceof Date) return value.toISOString()
  throw new TypeError(`SQLite takes no parameter of type ${typeof value}`)
}

type Transform = (<A extends object>(rows: ReadonlyArray<A>) => ReadonlyArray<A>) | undefined

const run = <A>(sql: string, body: () => A): Effect.Effect<A, SqlError> =>
  Effect.try({ try: body, catch: (cause) => sqlError(cause, sql) })

const objects = (statement: StatementSync, params: ReadonlyArray<unknown>, transform?: Transform) => {
  statement.setReturnArrays(false)
  const rows = statement.all(...params.map(input))
  return transform === undefined ? rows : transform(rows)
}

const arrays = (statement: StatementSync, params: ReadonlyArray<unknown>): ReadonlyArray<ReadonlyArray<unknown>> => {
  statement.setReturnArrays(true)
  return statement.all(...params.map(input)).map((row) => Object.values(row))
}

const makeConnection = (database: DatabaseSync): Connection => {
  const cache = new Map<string, StatementSync>()

  const prepare = (sql: string): StatementSync => {
    const cached = cache.get(sql)
    if (cached !== undefined) return cached
    const statement = database.prepare(sql)
    const oldest = cache.keys().next()
    if (cache.size >= cachedStatements && oldest.done !== true) cache.delete(oldest.value)
    cache.set(sql, statement)
    return statement
  }

  return {
    execute: (sql, params, transform) => run(sql, () => objects(prepare(sql), params, transform)),
    executeRaw: (sql, params) => run(sql, () => objects(prepare(sql), params)),
    executeValues: (sql, params) => run(sql, () => arrays(prepare(sql), params)),
    executeValuesUnprepared: (sql, params) => run(sql, () => arrays(database.prepare(sql), params)),
    executeUnprepared: (sql, params, transform) => run(sql, () => objects(database.prepare(sql), params, transform)),
    executeStream: (sql, params, transform) =>
      Stream.fromEffect(run(sql, () => database.prepare(sql).iterate(...params.map(input)))).pipe(
        Stream.flatMap((iterator) => {
          const rows = Iterator.from(iterator)
          return transform === undefined
            ? Stream.fromIterable(rows)
            : Stream.fromIterable(rows).pipe(Stream.flatMap((row) => Stream.fromIterable(transform([row]))))
        })
      )
  }
}

/** A client on an open database. Everyone who writes to it outside of the client must not do so during a transaction of the client. */
export const makeSqliteClient = Effect.fnUntraced(function*(database: DatabaseSync) {
  const connection = makeConnection(database)
  const semaphore = yield* Semaphore.make(1)
  return yield* SqlClient.make({
    ...SqlClient.makeSqliteAcquirers({
      connection: Effect.succeed(connection),
      semaphore,
      isTransaction: () => database.isTransaction
    }),
    compiler: Statement.makeCompilerSqlite(),
    driver: "node-sqlite",
    prepareTransactionControls: true,
    releaseSavepoint: (name) => `RELEASE SAVEPOINT ${name}`,
    spanAttributes: [["db.system.name", "sqlite"], ["db.namespace", database.location() ?? ":memory:"]]
  })
})

/** `SqlClient` and {@link SqliteDatabase} on one file. */
const layer = (options: SqliteOptions): Layer.Layer<SqlClient.SqlClient | SqliteDatabase, SqlError> =>
  Layer.effect(SqlClient.SqlClient, Effect.flatMap(SqliteDatabase, makeSqliteClient)).pipe(
    Layer.provideMerge(Layer.effect(SqliteDatabase, openSqlite(options))),
    Layer.provide(Reactivity.layer)
  )

/** Effect's `SqlClient` on `node:sqlite`. */
export const SqliteClient = { layer }
