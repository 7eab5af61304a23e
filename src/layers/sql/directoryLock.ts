/**
 * One process per data directory.
 *
 * The lock is SQLite's own lock on the file `perigee.lock`, held in an open transaction: the operating system drops it when the process
 * ends, however it ends, so a killed process leaves no stale lock. `perigee.pid` beside it only tells others who holds it.
 *
 * Nothing else may open `perigee.lock` in this process (a backup leaves it out): POSIX locks end when any descriptor of the file is closed.
 */
import { Effect, Schema, type Scope } from "effect"
import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { makeDirectory } from "./makeDirectory.ts"
import { sqlite } from "./nodeSqlite.ts"
import { resultCode, resultCodes } from "./sqliteError.ts"

/** `pid` is absent when the holder has not said yet who it is. */
export class DirectoryLockError extends Schema.TaggedError<DirectoryLockError>()("DirectoryLockError", {
  reason: Schema.Literals(["InUse", "NotUsable"]),
  directory: Schema.String,
  pid: Schema.optionalKey(Schema.Int),
  cause: Schema.Defect()
}) {
  override get message(): string {
    return this.reason === "InUse"
      ? `data directory in use by pid ${this.pid ?? "unknown"}: ${this.directory}`
      : `data directory cannot be used: ${this.directory}: ${String(this.cause)}`
  }
}

const holder = (pidFile: string): { readonly pid?: number } => {
  try {
    const pid = Number.parseInt(readFileSync(pidFile, "utf8"), 10)
    return Number.isSafeInteger(pid) ? { pid } : {}
  } catch {
    return {}
  }
}

/** Creates the directory if absent and holds it until the scope closes. */
export const lockDirectory = (directory: string): Effect.Effect<void, DirectoryLockError, Scope.Scope> => {
  const pidFile = join(directory, "perigee.pid")
  const acquire = Effect.try({
    try: () => {
      makeDirectory(directory)
      const lock = new sqlite.DatabaseSync(join(directory, "perigee.lock"))
      try {
        lock.exec("BEGIN EXCLUSIVE")
        writeFileSync(pidFile, `${process.pid}\n`)
        return lock
      } catch (cause) {
        lock.close()
        throw cause
      }
    },
    catch: (cause) =>
      resultCode(cause) === resultCodes.busy
        ? new DirectoryLockError({ reason: "InUse", directory, cause, ...holder(pidFile) })
        : new DirectoryLockError({ reason: "NotUsable", directory, cause })
  })
  return Effect.acquireRelease(acquire, (lock) =>
    Effect.sync(() => {
      rmSync(pidFile, { force: true })
      lock.close()
    })).pipe(Effect.asVoid)
}
