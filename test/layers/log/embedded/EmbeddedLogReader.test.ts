import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { EmbeddedLog } from "../../../../src/layers/log/embedded/EmbeddedLog.ts"
import { EmbeddedLogReader } from "../../../../src/layers/log/embedded/EmbeddedLogReader.ts"
import { LogReader, type LogReaderShape } from "../../../../src/layers/log/LogReader.ts"
import { MessageLog } from "../../../../src/layers/log/MessageLog.ts"
import { readPages } from "../../../../src/layers/log/readPages.ts"
import { sqlite } from "../../../../src/layers/sql/nodeSqlite.ts"
import { temporaryDirectory } from "../../../support/temporaryDirectory.ts"
import { record } from "../contract/support.ts"

const text = new TextDecoder()

const reading = <A, E>(directory: string, use: (log: LogReaderShape) => Effect.Effect<A, E>) =>
  Effect.flatMap(LogReader, use).pipe(Effect.provide(EmbeddedLogReader.layer(directory)))

const values = (log: LogReaderShape, topic: string) =>
  Effect.map(Stream.runCollect(readPages(log, topic)), (records) => records.map(({ value }) => text.decode(value)))

const numbered = (from: number, count: number) => Array.from({ length: count }, (_, i) => record(String(from + i)))

describe("the embedded log's reader", () => {
  it.effect("reads beside the process that holds the lock, and sees what it writes", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      yield* Effect.gen(function*() {
        const log = yield* MessageLog
        yield* log.ensureTopic({ name: "t", partitions: 2 })
        yield* log.append("t", [{ ...record("a"), partition: 0 }, { ...record("b"), partition: 1 }])
        yield* reading(directory, (reader) =>
          Effect.gen(function*() {
            assert.deepStrictEqual(yield* values(reader, "t"), ["a", "b"])
            yield* log.append("t", [{ ...record("c"), partition: 0 }])
            assert.deepStrictEqual(yield* reader.offsets("t"), yield* log.offsets("t"))
            const options = { topic: "t", partition: 0, offset: 1, max: 10 }
            assert.deepStrictEqual(yield* reader.read(options), yield* log.read(options))
            assert.deepStrictEqual(yield* reader.read({ ...options, offset: 2 }), [])
            for (
              const [options, reason] of [
                [{ topic: "none", partition: 0, offset: 0, max: 1 }, "TopicNotFound"],
                [{ topic: "t", partition: 2, offset: 0, max: 1 }, "PartitionNotFound"],
                [{ topic: "t", partition: 0, offset: 3, max: 1 }, "OffsetOutOfRange"],
                [{ topic: "t", partition: 0, offset: -1, max: 1 }, "OffsetOutOfRange"]
              ] as const
            ) assert.strictEqual((yield* Effect.flip(reader.read(options))).reason, reason)
            yield* log.append("t", [{ ...record("d"), partition: 1 }])
          }))
      }).pipe(Effect.provide(EmbeddedLog.layer({ directory })))
      const files = readdirSync(directory)
      assert.deepStrictEqual(yield* reading(directory, (reader) => values(reader, "t")), ["a", "c", "b", "d"])
      const left = readdirSync(directory).filter((file) => !files.includes(file))
      assert.isEmpty(left.filter((file) => file !== "log.sqlite-wal" && file !== "log.sqlite-shm"))
      yield* Effect.provide(MessageLog, EmbeddedLog.layer({ directory }))
      assert.deepStrictEqual(readdirSync(directory), files)
    }))

  it.effect("reads page by page, and goes on after what retention removes meanwhile", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      yield* Effect.gen(function*() {
        const log = yield* MessageLog
        yield* log.ensureTopic({ name: "t", partitions: 1 })
        for (let i = 0; i < 3000; i += 500) yield* log.append("t", numbered(i, 500))
        yield* reading(directory, (reader) =>
          Effect.gen(function*() {
            const pages: Array<ReadonlyArray<string>> = []
            yield* readPages(reader, "t").pipe(
              Stream.runForEachArray(Effect.fnUntraced(function*(page) {
                pages.push(page.map(({ value }) => text.decode(value)))
                if (pages.length > 1) return
                // Keeps the last 400 or so of what is there; what comes after the start is not read.
                yield* log.ensureTopic({ name: "t", partitions: 1, retentionBytes: 1600 })
                yield* log.enforceRetention
                yield* log.append("t", [record("after")])
              }))
            )
            const [{ beginning, end } = { beginning: 0, end: 0 }] = yield* log.offsets("t")
            assert.isAbove(beginning, 1000)
            assert.strictEqual(end, 3001)
            assert.deepStrictEqual(pages[0], numbered(0, 1000).map(({ value }) => text.decode(value)))
            assert.deepStrictEqual(
              pages.slice(1).flat(),
              numbered(beginning, 3000 - beginning).map(({ value }) => text.decode(value))
            )
          }))
      }).pipe(Effect.provide(EmbeddedLog.layer({ directory })))
    }))

  it.effect("says what is wrong with a directory without a log, and creates nothing", () =>
    Effect.gen(function*() {
      const directory = join(yield* temporaryDirectory, "data")
      const missing = yield* Effect.flip(reading(directory, () => Effect.void))
      assert.strictEqual(missing.reason, "Invalid")
      assert.include(missing.message, `no message log in ${directory}`)
      assert.isFalse(existsSync(directory))
      mkdirSync(directory)
      writeFileSync(join(directory, "log.sqlite"), "no database at all, but long enough to be looked at".repeat(30))
      assert.strictEqual((yield* Effect.flip(reading(directory, () => Effect.void))).reason, "Corrupt")
    }))

  it.effect.each([["newer", 99], ["older", 0]] as const)(
    "does not read a file of a %s version",
    ([word, version]) =>
      Effect.gen(function*() {
        const directory = yield* temporaryDirectory
        yield* Effect.provide(MessageLog, EmbeddedLog.layer({ directory }))
        const database = new sqlite.DatabaseSync(join(directory, "log.sqlite"))
        database.prepare("UPDATE schema_version SET version = ? WHERE component = 'log'").run(version)
        database.close()
        const error = yield* Effect.flip(reading(directory, () => Effect.void))
        assert.strictEqual(error.reason, "Invalid")
        assert.include(error.message, word)
      })
  )
})
