/**
 * The message log in one SQLite file (`log.sqlite` of the data directory), for one process. The default engine.
 *
 * **What survives.** An append or commit that has returned survives the process, however it ends, with either setting of `synchronous`. A
 * power failure or a crash of the operating system may lose the last transactions with `NORMAL` (the default), none with `FULL`, which
 * waits for the disk at every group of appends; the file stays sound with both.
 *
 * **Limits.** One process per data directory: another gets `Unavailable`, naming the one that holds it. SQLite's calls are synchronous, so
 * an append or read of one array takes the event loop for its length. The file does not shrink: what retention frees is used again.
 *
 * **Damage.** Each batch of records carries a checksum. A file that is no database, or a batch that does not check, is `Corrupt`, naming the
 * file, and the partition and offset where they are known.
 */
import { Effect, Layer } from "effect"
import { isSqlError } from "effect/sql/SqlError"
import { join } from "node:path"
import { lockDirectory } from "../../sql/directoryLock.ts"
import { migrate } from "../../sql/migrate.ts"
import { openSqlite } from "../../sql/SqliteDatabase.ts"
import { type LocalLogOptions, makeLocalLog } from "../local/localLog.ts"
import { LogError } from "../LogError.ts"
import { MessageLog } from "../MessageLog.ts"
import * as schema from "./embeddedSchema.ts"
import { embeddedError, makeEmbeddedStore } from "./embeddedStore.ts"

export interface EmbeddedLogOptions extends LocalLogOptions {
  /** The data directory, created if absent. */
  readonly directory: string
  /** When an append waits for the disk (default `NORMAL`): see the module's comment. */
  readonly synchronous?: "NORMAL" | "FULL"
}

const make = Effect.fnUntraced(function*(options: EmbeddedLogOptions) {
  const file = join(options.directory, "log.sqlite")
  yield* lockDirectory(options.directory).pipe(
    Effect.mapError((cause) => new LogError({ reason: "Unavailable", message: cause.message, cause }))
  )
  const database = yield* openSqlite({ file, synchronous: options.synchronous ?? "NORMAL" }).pipe(
    Effect.tap((database) => migrate(database, schema.component, schema.steps)),
    Effect.mapError((cause) =>
      isSqlError(cause)
        ? embeddedError(file, causeOf(cause.reason.cause))
        : new LogError({ reason: "Invalid", message: `${file}: ${cause.message}`, cause })
    )
  )
  const { store } = yield* Effect.acquireRelease(
    Effect.try({ try: () => makeEmbeddedStore(database, file), catch: (cause) => embeddedError(file, cause) }),
    ({ flush }) => flush
  )
  return yield* makeLocalLog(store, options)
})

/** What `node:sqlite` threw, under the error that effect/sql made of it. */
const causeOf = (cause: unknown): unknown => cause instanceof Error && cause.cause !== undefined ? cause.cause : cause

/** Fails with `Unavailable` when another process holds the directory, `Corrupt` for a damaged file, `Invalid` for a newer schema. */
const layer = (options: EmbeddedLogOptions): Layer.Layer<MessageLog, LogError> =>
  Layer.effect(MessageLog, make(options))

/** The log in a directory of this machine. */
export const EmbeddedLog = { layer }
