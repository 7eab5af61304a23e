/** One of our SQLite files, open to be read beside the process that writes it, also by a user who may write nothing there. */
import { Effect, Result, type Scope } from "effect"
import { closeSync, openSync, statSync } from "node:fs"
import { dirname } from "node:path"
import type { DatabaseSync } from "node:sqlite"
import { pathToFileURL } from "node:url"
import { schemaVersion } from "./migrate.ts"
import { sqlite } from "./nodeSqlite.ts"
import { resultCode, resultCodes } from "./sqliteError.ts"

interface SqliteReaderOptions<E> {
  /** Path of the file, which exists. */
  readonly file: string
  /** Whose tables are read; they must be at version `steps.length`. */
  readonly component: string
  readonly steps: ReadonlyArray<string>
  /** The error for what `node:sqlite` threw, or for a file that cannot be read with its reason. */
  readonly failed: (cause: unknown) => E
  /** The error for tables of another version. */
  readonly otherVersion: (message: string) => E
}

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0

/** Why this user cannot read the file; `undefined` where nothing is against it but that a reader would have to write beside it. */
const whyUnreadable = (file: string): string | undefined => {
  try {
    closeSync(openSync(file, "r"))
  } catch {
    return "this user may not read it"
  }
  return sizeOf(`${file}-wal`) === 0
    ? undefined
    : `its last writes wait in ${file}-wal, and to read them takes the right to write in ${dirname(file)}: `
      + "read it as the user who writes there, or copy the folder"
}

/**
 * A reader in WAL mode shares memory with the writer, which it has to make where there is no writer. Who may not do that reads the file as one that
 * nobody writes: right as long as no run begins meanwhile. Throws what `node:sqlite` throws, or the reason.
 */
const open = (file: string, component: string): readonly [database: DatabaseSync, version: number] => {
  const attempt = (location: string | URL): readonly [DatabaseSync, number] => {
    const database = new sqlite.DatabaseSync(location, { readOnly: true, timeout: 1000 })
    try {
      return [database, schemaVersion(database, component)]
    } catch (cause) {
      database.close()
      throw cause
    }
  }
  const shared = Result.try({ try: () => attempt(file), catch: (cause) => cause })
  if (Result.isSuccess(shared)) return shared.success
  const code = resultCode(shared.failure)
  if (code !== resultCodes.readonly && code !== resultCodes.cannotOpen) throw shared.failure
  const reason = whyUnreadable(file)
  if (reason !== undefined) throw new Error(reason)
  const unchanging = pathToFileURL(file)
  unchanging.searchParams.set("immutable", "1")
  return attempt(unchanging)
}

/** Opens the file for the length of the scope. It is not changed: tables of an older version are the writer's to bring up to date. */
export const openSqliteReader = Effect.fnUntraced(function*<E>(
  { component, failed, file, otherVersion, steps }: SqliteReaderOptions<E>
): Effect.fn.Return<DatabaseSync, E, Scope.Scope> {
  if (sizeOf(file) === 0) {
    return yield* Effect.fail(
      otherVersion(`${file} is empty (0 bytes): nothing was written to it, or what was is lost`)
    )
  }
  const [database, version] = yield* Effect.acquireRelease(
    Effect.try({ try: () => open(file, component), catch: failed }),
    ([database]) => Effect.sync(() => database.close())
  )
  if (version === steps.length) return database
  const reason = version > steps.length
    ? "a newer version of this program wrote it"
    : "an older version wrote it: `perigee run` brings it up to date"
  return yield* Effect.fail(otherVersion(`${file} cannot be read: ${reason}`))
})
