/**
 * The lineage store in one SQLite file (`lineage.sqlite` of the data directory), and its reader for another process beside the one that
 * writes. WAL lets readers in: neither waits for the other.
 *
 * **What survives.** What was written survives the process, however it ends; what still waited in the buffer of a killed process (some
 * 200 ms) does not. A power failure may cost the last batches; the file stays sound. Cost: see bench/lineage.ts. Some 500 bytes an
 * output with eight steps, 190 an input without a record, 70 an edge. The file does not shrink: what goes leaves room for what comes.
 */
import { Effect, Layer } from "effect"
import { isSqlError } from "effect/sql/SqlError"
import { existsSync } from "node:fs"
import { join } from "node:path"
import type { DatabaseSync } from "node:sqlite"
import { makeDirectory } from "../sql/makeDirectory.ts"
import { migrate } from "../sql/migrate.ts"
import { missingFile } from "../sql/missingFile.ts"
import { openSqliteReader } from "../sql/openSqliteReader.ts"
import { openSqlite } from "../sql/SqliteDatabase.ts"
import { damagedAdvice, isDamage } from "../sql/sqliteError.ts"
import { LineageError, LineageReader, LineageStore, type LineageStoreOptions } from "./LineageStore.ts"
import { makeSqliteGraph, readSqliteGraph } from "./sqliteGraph.ts"
import * as schema from "./sqliteSchema.ts"
import { type Attempt, makeLineageStore, makeQueries } from "./writeBehind.ts"

export interface SqliteLineageOptions extends LineageStoreOptions {
  /** The data directory, created if absent. */
  readonly directory: string
}

/** Ids are random, so that nodes are found all over the index: what is named often should stay in memory. */
const cacheKibibytes = 16_384

/** What `node:sqlite` threw, under the errors that were made of it. */
const rootOf = (cause: unknown): unknown =>
  isSqlError(cause) ? rootOf(cause.reason.cause) : cause instanceof Error && cause.cause ? rootOf(cause.cause) : cause

const lineageError = (file: string) => (cause: unknown): LineageError => {
  const root = rootOf(cause)
  const message = root instanceof Error ? root.message : String(root)
  return isDamage(root)
    ? new LineageError({
      reason: "Corrupt",
      message: `${file} is damaged: ${message}; ${damagedAdvice(file)}`,
      cause
    })
    : new LineageError({ reason: "Unavailable", message: `${file}: ${message}`, cause })
}

/** In one transaction, so that an answer is of one state of the file. */
const snapshots = (database: DatabaseSync, file: string): Attempt => (body) =>
  Effect.try({
    try: () => {
      database.exec("BEGIN")
      try {
        return body()
      } finally {
        database.exec("ROLLBACK")
      }
    },
    catch: lineageError(file)
  })

const makeStore = Effect.fnUntraced(function*(options: SqliteLineageOptions) {
  const file = join(options.directory, schema.fileName)
  const fail = lineageError(file)
  yield* Effect.try({ try: () => makeDirectory(options.directory), catch: fail })
  const database = yield* openSqlite({ file }).pipe(
    Effect.tap((database) => migrate(database, schema.component, schema.steps)),
    Effect.mapError((cause) =>
      isSqlError(cause) ? fail(cause) : new LineageError({ reason: "Invalid", message: `${file}: ${cause.message}` })
    )
  )
  const graph = yield* Effect.try({
    try: () => {
      database.exec(`PRAGMA cache_size = -${cacheKibibytes}`)
      return makeSqliteGraph(database, options)
    },
    catch: fail
  })
  return yield* makeLineageStore(graph, snapshots(database, file), options)
})

/** Fails with `Invalid` for a newer schema, `Corrupt` for a damaged file, `Unavailable` when it cannot be opened. */
const layer = (options: SqliteLineageOptions): Layer.Layer<never, LineageError> =>
  Layer.effect(LineageStore, makeStore(options))

const makeReader = Effect.fnUntraced(function*(directory: string) {
  const file = join(directory, schema.fileName)
  if (!existsSync(file)) {
    return yield* new LineageError({ reason: "NotFound", message: missingFile("lineage", directory, file) })
  }
  const failed = lineageError(file)
  const database = yield* openSqliteReader({
    file,
    component: schema.component,
    steps: schema.steps,
    failed,
    otherVersion: (message) => new LineageError({ reason: "Invalid", message })
  })
  const graph = yield* Effect.try({ try: () => readSqliteGraph(database), catch: failed })
  return makeQueries(graph, snapshots(database, file))
})

/**
 * Reads beside a run or after it, and writes nothing. Fails with `NotFound` where there is no store, `Invalid` for another version,
 * `Corrupt` for a damaged file.
 */
const layerReader = (directory: string): Layer.Layer<LineageReader, LineageError> =>
  Layer.effect(LineageReader, makeReader(directory))

/** Lineage in an SQLite file. */
export const SqliteLineage = { layer, layerReader }
