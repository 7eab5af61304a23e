/** One SQLite file, open for the length of a scope. */
import { Context, Effect, type Scope } from "effect"
import type { SqlError } from "effect/sql/SqlError"
import { statSync } from "node:fs"
import type { DatabaseSync } from "node:sqlite"
import { sqlite } from "./nodeSqlite.ts"
import { sqlError } from "./sqliteError.ts"

/** The open database itself, for prepared statements on a hot path. Calls are synchronous and throw what {@link sqlError} reads. */
export class SqliteDatabase
  extends Context.Service<SqliteDatabase, DatabaseSync>()("perigee/layers/sql/SqliteDatabase")
{}

export interface SqliteOptions {
  /** Path of the file, created if absent, or `:memory:`. */
  readonly file: string
  /**
   * When SQLite waits for the disk. `NORMAL` (default): at checkpoints only; a killed process loses nothing, a power failure may lose
   * the last transactions but leaves the file sound. `FULL`: at every commit; a power failure loses nothing that was committed.
   */
  readonly synchronous?: "NORMAL" | "FULL"
  /** Of a file that is made now (default 4096): larger where rows are. */
  readonly pageBytes?: number
}

/** A file that was once more than nothing and is nothing now lost what it held, which nobody should find out later. */
const warnOfEmpty = (file: string): Effect.Effect<void> =>
  Effect.suspend(() =>
    statSync(file, { throwIfNoEntry: false })?.size === 0
      ? Effect.logWarning(
        `${file} is there and empty (0 bytes): it begins anew; what it held is lost, unless a copy has it`
      )
      : Effect.void
  )

/** Opens the file in WAL mode and closes it with the scope. One that is there and empty is told. */
export const openSqlite = (options: SqliteOptions): Effect.Effect<DatabaseSync, SqlError, Scope.Scope> =>
  Effect.andThen(warnOfEmpty(options.file), opened(options))

const opened = (options: SqliteOptions): Effect.Effect<DatabaseSync, SqlError, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.try({
      try: () => {
        const database = new sqlite.DatabaseSync(options.file, { timeout: 1000 })
        try {
          database.exec(`
            PRAGMA page_size = ${options.pageBytes ?? 4096};
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = ${options.synchronous ?? "NORMAL"};
            PRAGMA wal_autocheckpoint = 4000;
            PRAGMA journal_size_limit = 67108864;
          `)
          return database
        } catch (cause) {
          database.close()
          throw cause
        }
      },
      catch: (cause) => sqlError(cause, `open ${options.file}`)
    }),
    (database) => Effect.sync(() => database.close())
  )
