import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { EmbeddedLog, type EmbeddedLogOptions } from "../../../../src/layers/log/embedded/EmbeddedLog.ts"
import { embeddedError } from "../../../../src/layers/log/embedded/embeddedStore.ts"
import { failureOf, MessageLog } from "../../../../src/layers/log/MessageLog.ts"
import { sqlite } from "../../../../src/layers/sql/nodeSqlite.ts"
import { temporaryDirectory } from "../../../support/temporaryDirectory.ts"
import { after, expectFailure, join as joinGroup, numbered, record, text } from "../contract/support.ts"
import { messageLogContract } from "../messageLogContract.ts"

messageLogContract(
  "embedded",
  Layer.unwrap(Effect.map(temporaryDirectory, (directory) => EmbeddedLog.layer({ directory })))
)

/** Runs with the log open, and closes it. */
const withLog = (directory: string, options: Partial<EmbeddedLogOptions> = {}) =>
  Effect.provide(EmbeddedLog.layer({ directory, ...options }))

const open = (directory: string) => Effect.scoped(Layer.build(EmbeddedLog.layer({ directory })))

/** Changes the file behind the log's back. */
const tamper = (directory: string, sql: string) =>
  Effect.sync(() => {
    const database = new sqlite.DatabaseSync(join(directory, "log.sqlite"))
    database.exec(sql)
    database.close()
  })

const hour = 3_600_000

describe("EmbeddedLog", () => {
  it.effect("topics, records, commits and what retention removed are there after it was closed", () =>
    Effect.gen(function*() {
      const directory = join(yield* temporaryDirectory, "not", "there yet")
      yield* TestClock.setTime(10 * hour)
      yield* Effect.gen(function*() {
        const log = yield* MessageLog
        yield* log.ensureTopic({ name: "plain", partitions: 2 })
        yield* log.ensureTopic({ name: "short", partitions: 2, retentionMillis: hour, retentionBytes: 1000 })
        yield* log.append("plain", [...numbered(5, 0), ...numbered(3, 1)])
        const times = [1, 2, 3, 9.5, 10].map((time, i) => record(`${i}`, { partition: 0, timestamp: time * hour }))
        yield* log.append("short", [...times, record("gone", { partition: 1, timestamp: 1 })])
        const member = yield* joinGroup({ topic: "plain", group: "g", from: "earliest" })
        yield* member.take(8)
        yield* member.commit([{ topic: "plain", partition: 0, offset: 4 }, { topic: "plain", partition: 1, offset: 1 }])
        assert.strictEqual(yield* log.enforceRetention, 4)
      }).pipe(Effect.scoped, withLog(directory))
      yield* Effect.gen(function*() {
        const log = yield* MessageLog
        assert.deepStrictEqual(yield* log.topics, [
          { name: "plain", partitions: 2 },
          { name: "short", partitions: 2, retentionMillis: hour, retentionBytes: 1000 }
        ])
        assert.deepStrictEqual(yield* log.offsets("plain"), [
          { partition: 0, beginning: 0, end: 5 },
          { partition: 1, beginning: 0, end: 3 }
        ])
        assert.deepStrictEqual(yield* log.offsets("short"), [
          { partition: 0, beginning: 3, end: 5 },
          { partition: 1, beginning: 1, end: 1 }
        ])
        assert.deepStrictEqual(
          (yield* log.read({ topic: "short", partition: 0, offset: 3, max: 9 })).map(text),
          ["3", "4"]
        )
        assert.deepStrictEqual([...(yield* log.committed("plain", "g"))].sort(), [[0, 4], [1, 1]])
        const [next] = yield* log.append("short", [record("next", { partition: 1 })])
        assert.strictEqual(next?.offset, 1)
        const member = yield* joinGroup({ topic: "plain", group: "g", from: "earliest" })
        const rest = yield* member.take(3)
        assert.deepStrictEqual(rest.map((each) => `${each.partition}/${each.offset}`).sort(), ["0/4", "1/1", "1/2"])
      }).pipe(Effect.scoped, withLog(directory))
    }))

  it.effect("retention by bytes counts the same after the log was closed with a batch half removed", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      const value = new Uint8Array(100)
      const append = Effect.gen(function*() {
        const log = yield* MessageLog
        yield* log.ensureTopic({ name: "t", partitions: 1, retentionBytes: 1000 })
        yield* log.append("t", Array.from({ length: 15 }, () => record("", { value })))
        yield* log.enforceRetention
        return (yield* log.offsets("t"))[0]
      })
      assert.deepStrictEqual(yield* append.pipe(withLog(directory)), { partition: 0, beginning: 5, end: 15 })
      assert.deepStrictEqual(yield* append.pipe(withLog(directory)), { partition: 0, beginning: 20, end: 30 })
    }))

  it.effect("retention removes whole and part batches, young ones by bytes, old ones by time, whatever their order", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      yield* TestClock.setTime(10 * hour)
      yield* Effect.gen(function*() {
        const log = yield* MessageLog
        const value = new Uint8Array(100)
        yield* log.ensureTopic({ name: "t", partitions: 1, retentionMillis: hour, retentionBytes: 150 })
        const at = (...hours: ReadonlyArray<number>) =>
          hours.map((time) => record("", { value, timestamp: time * hour }))
        yield* log.append("t", at(10, 1))
        yield* log.append("t", at(10))
        assert.strictEqual(yield* log.enforceRetention, 2)
        for (let i = 0; i < 100; i++) yield* log.append("t", at(1))
        yield* log.append("t", at(10, 10))
        assert.strictEqual(yield* log.enforceRetention, 101)
        assert.deepStrictEqual(yield* log.offsets("t"), [{ partition: 0, beginning: 103, end: 105 }])
      }).pipe(withLog(directory))
    }))

  it.effect("retention is enforced in the background", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      yield* Effect.gen(function*() {
        const log = yield* MessageLog
        yield* log.ensureTopic({ name: "t", partitions: 1, retentionMillis: hour })
        yield* log.append("t", [record("", { timestamp: 0 })])
        yield* TestClock.adjust(hour)
        assert.strictEqual((yield* log.offsets("t"))[0]?.beginning, 0)
        yield* TestClock.adjust(60_000)
        assert.strictEqual((yield* log.offsets("t"))[0]?.beginning, 1)
      }).pipe(withLog(directory, { retentionInterval: 60_000 }))
    }))

  it.effect("appends that arrive together share a batch, and reads cross batches", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      yield* Effect.gen(function*() {
        const log = yield* MessageLog
        yield* log.ensureTopic({ name: "t", partitions: 1 })
        yield* Effect.forEach(
          Array.from({ length: 30 }, (_, i) => i),
          (i) => log.append("t", [record(`${i}`)]),
          { concurrency: "unbounded" }
        )
        yield* log.append("t", numbered(1100, 0))
        const read = yield* log.read({ topic: "t", partition: 0, offset: 25, max: 1000 })
        assert.strictEqual(read.length, 1000)
        assert.deepStrictEqual(read.map((each) => each.offset), Array.from({ length: 1000 }, (_, i) => 25 + i))
        assert.deepStrictEqual(read.slice(4, 7).map(text), ["29", "0", "1"])
      }).pipe(withLog(directory))
      const database = new sqlite.DatabaseSync(join(directory, "log.sqlite"))
      const counts = database.prepare("SELECT count FROM batches ORDER BY base").all().map((row) => row.count)
      database.close()
      assert.deepStrictEqual(counts, [30, 512, 512, 76])
    }))

  it.effect("a read of large records is cut, and a stream still gets all of them", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      yield* Effect.gen(function*() {
        const log = yield* MessageLog
        yield* log.ensureTopic({ name: "t", partitions: 1 })
        const value = new Uint8Array(1_000_000)
        for (let i = 0; i < 10; i++) yield* log.append("t", [record("", { value })])
        assert.strictEqual((yield* log.read({ topic: "t", partition: 0, offset: 0, max: 100 })).length, 5)
        const member = yield* joinGroup({ topic: "t", group: "g", from: "earliest" })
        assert.strictEqual((yield* member.take(10)).length, 10)
      }).pipe(Effect.scoped, withLog(directory))
    }))

  it.effect("a second log on the directory is refused while the first is open", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      const refused = yield* open(directory).pipe((second) => expectFailure(second, "Unavailable"), withLog(directory))
      assert.strictEqual(refused.message, `data directory in use by pid ${process.pid}: ${directory}`)
      yield* open(directory)
    }))

  it.effect("a file that is no database is Corrupt and named", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      const file = join(directory, "log.sqlite")
      writeFileSync(file, "not a database ".repeat(1000))
      const error = yield* expectFailure(open(directory), "Corrupt")
      assert.include(error.message, `${file} is damaged: file is not a database; move it away`)
    }))

  it.effect("a batch that was changed or lost is Corrupt, with partition and offset", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      yield* Effect.gen(function*() {
        const log = yield* MessageLog
        yield* log.ensureTopic({ name: "t", partitions: 1 })
        for (const value of ["a", "b", "c"]) yield* log.append("t", [record(value)])
      }).pipe(withLog(directory))
      yield* tamper(directory, "UPDATE batches SET data = zeroblob(length(data)) WHERE base = 1")
      yield* Effect.gen(function*() {
        const log = yield* MessageLog
        const read = (offset: number) => log.read({ topic: "t", partition: 0, offset, max: 1 })
        assert.deepStrictEqual((yield* read(0)).map(text), ["a"])
        assert.deepStrictEqual((yield* read(2)).map(text), ["c"])
        const error = yield* expectFailure(read(1), "Corrupt")
        assert.include(
          error.message,
          `${join(directory, "log.sqlite")} is damaged: t/0: the batch of offset 1 has the wrong checksum`
        )
      }).pipe(withLog(directory))
      yield* tamper(directory, "DELETE FROM batches WHERE base = 1")
      yield* Effect.gen(function*() {
        const log = yield* MessageLog
        const error = yield* expectFailure(log.read({ topic: "t", partition: 0, offset: 1, max: 1 }), "Corrupt")
        assert.include(error.message, "t/0: offset 1 is missing")
        const member = yield* joinGroup({ topic: "t", group: "g", from: "earliest", maxRecords: 1 })
        yield* member.take(1)
        assert.strictEqual((yield* Effect.flip(member.pull))._tag, "LogError")
      }).pipe(Effect.scoped, withLog(directory))
    }))

  it.effect("the file of a newer version is Invalid and left alone", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      yield* open(directory)
      yield* tamper(directory, "UPDATE schema_version SET version = 99")
      const error = yield* expectFailure(open(directory), "Invalid")
      assert.include(error.message, "the schema of log is version 99; this program knows versions up to 2")
    }))

  it.effect("a log that was closed is Unavailable", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      const log = yield* Effect.gen(function*() {
        const log = yield* MessageLog
        yield* log.ensureTopic({ name: "t", partitions: 1 })
        return log
      }).pipe(withLog(directory))
      yield* expectFailure(log.append("t", [record("late")]), "Unavailable")
      yield* expectFailure(log.ensureTopic({ name: "u", partitions: 1 }), "Unavailable")
    }))

  it.effect("FULL keeps the same contract for append and commit", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      yield* Effect.gen(function*() {
        const log = yield* MessageLog
        yield* log.ensureTopic({ name: "t", partitions: 1 })
        const member = yield* joinGroup({ topic: "t", group: "g", from: "earliest" })
        const reading = yield* Effect.forkChild(member.take(1))
        yield* log.append("t", [record("a")])
        const [read] = yield* Fiber.join(reading)
        if (read !== undefined) yield* member.commit([after(read)])
        assert.deepStrictEqual([...(yield* log.committed("t", "g"))], [[0, 1]])
      }).pipe(Effect.scoped, withLog(directory, { synchronous: "FULL" }))
    }))

  it.live("a commit that meets a locked file is transient: the same commit succeeds when it is free", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      yield* Effect.gen(function*() {
        const log = yield* MessageLog
        yield* log.ensureTopic({ name: "t", partitions: 1 })
        yield* log.append("t", numbered(3, 0))
        const member = yield* joinGroup({ topic: "t", group: "g", from: "earliest" })
        yield* member.take(3)
        const other = new sqlite.DatabaseSync(join(directory, "log.sqlite"))
        other.exec("BEGIN IMMEDIATE")
        const commit = member.commit([{ topic: "t", partition: 0, offset: 3 }])
        const failure = yield* Effect.flip(commit)
        assert.strictEqual(failureOf(failure), "transient", failure.message)
        assert.strictEqual(failureOf(yield* Effect.flip(log.append("t", numbered(1, 0)))), "transient")
        other.exec("ROLLBACK")
        other.close()
        yield* commit
        assert.deepStrictEqual([...(yield* log.committed("t", "g"))], [[0, 3]])
      }).pipe(Effect.scoped, withLog(directory))
    }))

  it("rights that are missing are permanent, a full disk and a busy file are transient", () => {
    const kindOf = (errcode: number) =>
      failureOf(embeddedError("log.sqlite", Object.assign(new Error("x"), { errcode })))
    assert.deepStrictEqual([8, 3, 11, 26].map(kindOf), ["permanent", "permanent", "permanent", "permanent"])
    assert.deepStrictEqual([5, 6, 10, 13].map(kindOf), ["transient", "transient", "transient", "transient"])
  })
})
