/** Opening files: warnings, schema versions, the lock on a data directory. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Scope } from "effect"
import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { lockDirectory } from "../../../src/layers/sql/directoryLock.ts"
import { migrate } from "../../../src/layers/sql/migrate.ts"
import { withoutWarning } from "../../../src/layers/sql/nodeSqlite.ts"
import { openSqlite } from "../../../src/layers/sql/SqliteDatabase.ts"
import { temporaryDirectory } from "../../support/temporaryDirectory.ts"

describe("node:sqlite", () => {
  it("drops the one warning and passes others on", () => {
    const seen: Array<string> = []
    const before = process.emitWarning
    process.emitWarning = (warning: string | Error) => void seen.push(String(warning))
    try {
      withoutWarning("Not this", () => {
        process.emitWarning("Not this one", "ExperimentalWarning")
        process.emitWarning("But this one")
        process.emitWarning(new Error("and this"))
      })
      process.emitWarning("Not this, when it is over")
    } finally {
      process.emitWarning = before
    }
    assert.deepStrictEqual(seen, ["But this one", "Error: and this", "Not this, when it is over"])
  })

  it("says nothing on standard error when it is loaded", () => {
    const module = join(import.meta.dirname, "../../../src/layers/sql/nodeSqlite.ts")
    const script = `import { sqlite } from ${JSON.stringify(module)}; new sqlite.DatabaseSync(":memory:")`
    const run = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" })
    assert.deepStrictEqual([run.status, run.stderr], [0, ""])
  })
})

describe("openSqlite", () => {
  it.effect("is in WAL mode and waits for the disk as it is told", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      for (const [synchronous, level] of [["NORMAL", 1], ["FULL", 2]] as const) {
        const database = yield* openSqlite({ file: join(directory, synchronous), synchronous })
        assert.strictEqual(database.prepare("PRAGMA journal_mode").get()?.journal_mode, "wal")
        assert.strictEqual(database.prepare("PRAGMA synchronous").get()?.synchronous, level)
      }
    }))
})

describe("migrate", () => {
  it.effect("runs each step once and refuses the file of a newer version", () =>
    Effect.gen(function*() {
      const file = join(yield* temporaryDirectory, "a.sqlite")
      const steps = ["CREATE TABLE t (i INTEGER)", "INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (2)"]
      const rows = (count: number, component = "thing") =>
        Effect.scoped(Effect.gen(function*() {
          const database = yield* openSqlite({ file })
          yield* migrate(database, component, steps.slice(0, count))
          return database.prepare("SELECT i FROM t ORDER BY i").all().map((row) => row.i)
        }))
      assert.deepStrictEqual(yield* rows(2), [1])
      assert.deepStrictEqual(yield* rows(2), [1])
      assert.deepStrictEqual(yield* rows(3), [1, 2])
      const error = yield* Effect.flip(rows(2))
      assert.strictEqual(error.message, "the schema of thing is version 3; this program knows versions up to 2")
      yield* Effect.flip(rows(1, "another with the same table"))
    }))

  it.effect("a step that fails leaves nothing behind", () =>
    Effect.gen(function*() {
      const database = yield* openSqlite({ file: ":memory:" })
      yield* Effect.flip(migrate(database, "thing", ["CREATE TABLE a (i); CREATE TABLE a (i)"]))
      yield* migrate(database, "thing", ["CREATE TABLE a (i)"])
    }))
})

describe("data directory lock", () => {
  it.effect("one holder at a time, and it says which", () =>
    Effect.gen(function*() {
      const directory = join(yield* temporaryDirectory, "created", "here")
      const scope = yield* Scope.make()
      yield* Scope.provide(lockDirectory(directory), scope)
      const error = yield* Effect.flip(Effect.scoped(lockDirectory(directory)))
      assert.strictEqual(error.message, `data directory in use by pid ${process.pid}: ${directory}`)
      yield* Scope.close(scope, Exit.void)
      yield* Effect.scoped(lockDirectory(directory))
    }))

  it.effect("another process that holds it is named, and when it was killed the lock is free", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      const module = join(import.meta.dirname, "../../../src/layers/sql/directoryLock.ts")
      const script = `
        import { Effect } from "effect"
        import { lockDirectory } from ${JSON.stringify(module)}
        Effect.runPromise(Effect.scoped(Effect.andThen(
          lockDirectory(${JSON.stringify(directory)}),
          Effect.andThen(Effect.sync(() => process.stdout.write("held")), Effect.sleep("1 hour"))
        )))`
      const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
        cwd: join(import.meta.dirname, "../../.."),
        stdio: ["ignore", "pipe", "inherit"]
      })
      yield* Effect.promise(() => once(child.stdout, "data"))
      const error = yield* Effect.flip(Effect.scoped(lockDirectory(directory)))
      assert.strictEqual(error.message, `data directory in use by pid ${child.pid}: ${directory}`)
      const exited = once(child, "exit")
      child.kill("SIGKILL")
      yield* Effect.promise(() => exited)
      yield* Effect.scoped(lockDirectory(directory))
    }))

  it.effect("a directory that cannot be made is NotUsable", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(Effect.scoped(lockDirectory("/dev/null/here")))
      assert.strictEqual(error.reason, "NotUsable")
    }))
})
