/** One of our SQLite files, open to be read beside the process that writes it. */
import { Effect, type Scope } from "effect"
import type { DatabaseSync } from "node:sqlite"
import { schemaVersion } from "./migrate.ts"
import { sqlite } from "./nodeSqlite.ts"

interface SqliteReaderOptions<E> {
  /** Path of the file, which exists. */
  readonly file: string
  /** Whose tables are read; they must be at version `steps.length`. */
  readonly component: string
  readonly steps: ReadonlyArray<string>
  /** The error for what `node:sqlite` threw. */
  readonly failed: (cause: unknown) => E
  /** The error for tables of another version. */
  readonly otherVersion: (message: string) => E
}

/** Opens the file for the length of the scope. It is not changed: tables of an older version are the writer's to bring up to date. */
export const openSqliteReader = Effect.fnUntraced(function*<E>(
  { component, failed, file, otherVersion, steps }: SqliteReaderOptions<E>
): Effect.fn.Return<DatabaseSync, E, Scope.Scope> {
  const database = yield* Effect.acquireRelease(
    Effect.try({ try: () => new sqlite.DatabaseSync(file, { readOnly: true, timeout: 1000 }), catch: failed }),
    (database) => Effect.sync(() => database.close())
  )
  const version = yield* Effect.try({ try: () => schemaVersion(database, component), catch: failed })
  if (version === steps.length) return database
  const reason = version > steps.length
    ? "a newer version of this program wrote it"
    : "an older version wrote it: `perigee run` brings it up to date"
  return yield* Effect.fail(otherVersion(`${file} cannot be read: ${reason}`))
})
