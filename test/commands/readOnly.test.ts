/** What is asked of a data directory by a user who may write nothing there: as another user, so only where this one is root. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { chmodSync, copyFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { budget } from "../../src/commands/budget.ts"
import { dlq } from "../../src/commands/dlq.ts"
import { lineage } from "../../src/commands/lineage.ts"
import { LineageStore } from "../../src/layers/lineage/LineageStore.ts"
import { SqliteLineage } from "../../src/layers/lineage/SqliteLineage.ts"
import { EmbeddedLog } from "../../src/layers/log/embedded/EmbeddedLog.ts"
import { MessageLog } from "../../src/layers/log/MessageLog.ts"
import { EmbeddedSloStore } from "../../src/layers/slo/EmbeddedSloStore.ts"
import { SloStore } from "../../src/layers/slo/SloStore.ts"
import { runner } from "../support/command.ts"
import { temporaryDirectory } from "../support/temporaryDirectory.ts"

const nobody = 65_534
const canChange = process.getuid?.() === 0 && process.seteuid !== undefined

const become = (id: number) => Effect.sync(() => process.seteuid?.(id))

const commands = { dlq: runner(dlq), lineage: runner(lineage), budget: runner(budget) }

type Question = readonly [command: keyof typeof commands, ...args: ReadonlyArray<string>]

/** What a command says to a user who owns nothing here. */
const asReader = ([command, ...args]: Question) =>
  Effect.acquireUseRelease(become(nobody), () => commands[command](args), () => become(0))

const questions = (directory: string): ReadonlyArray<Question> => [
  ["dlq", "list", "--data-dir", directory],
  ["dlq", "show", "none", "--data-dir", directory],
  ["lineage", "backward", "a1/1", "--data-dir", directory],
  ["lineage", "--source", "s", "--data-dir", directory],
  ["budget", "--at", "1970-01-01T00:10:00Z", "--data-dir", directory]
]

const layers = (directory: string) =>
  Layer.mergeAll(
    EmbeddedLog.layer({ directory }),
    SqliteLineage.layer({ directory }),
    EmbeddedSloStore.layer(directory)
  )

const fill = Effect.gen(function*() {
  yield* (yield* MessageLog).ensureTopic({ name: "dead-letters", partitions: 1 })
  const store = yield* LineageStore
  const input = { id: "o1", kind: "observation", sourceId: "s", sensorTimestamp: 0 }
  store.offer([{ ...input, id: "a1/1", kind: "alert", steps: [], inputs: [input], inputCount: 1 }])
  yield* store.flush
  yield* (yield* SloStore).record([{ objective: "alert-latency", time: 0, good: 3, bad: 0 }])
})

const files = ["log.sqlite", "lineage.sqlite", "slo.sqlite"]

const protect = (directory: string) => {
  for (const file of readdirSync(directory)) chmodSync(join(directory, file), 0o444)
  chmodSync(directory, 0o555)
}

const skipped = canChange ? "" : "skipped: only root can become another user"

describe.skipIf(!canChange)(`a data directory without the right to write ${skipped}`, () => {
  it.live("is read where nobody writes, and while somebody does", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      yield* Effect.provide(fill, layers(directory))
      protect(directory)
      const before = readdirSync(directory)
      const [list, show, backward, source, left] = yield* Effect.forEach(questions(directory), asReader)
      assert.deepStrictEqual([list?.failure, list?.out], [undefined, ["no dead letters"]])
      assert.strictEqual(show?.failure, "no dead letter has the id none")
      assert.deepStrictEqual([backward?.failure, source?.failure], [undefined, undefined])
      assert.deepStrictEqual([left?.failure, left?.out.join().includes("of 3")], [undefined, true])
      assert.deepStrictEqual(readdirSync(directory), before)

      chmodSync(directory, 0o755)
      for (const file of before) chmodSync(join(directory, file), 0o644)
      const beside = yield* Effect.provide(Effect.forEach(questions(directory), asReader), layers(directory))
      assert.deepStrictEqual(beside.map(({ code }) => code), [0, 1, 0, 0, 0])
    }).pipe(Effect.scoped))

  it.live("says why it cannot be read: last writes beside the file, no right to read, a damaged or an empty file", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      const copy = yield* temporaryDirectory
      // As a killed process leaves them, without the memory that its readers shared.
      const copyFiles = Effect.sync(() => {
        for (const file of files.flatMap((file) => [file, `${file}-wal`])) {
          copyFileSync(join(directory, file), join(copy, file))
        }
      })
      yield* Effect.provide(Effect.andThen(fill, copyFiles), layers(directory))
      protect(copy)
      const all = Effect.fnUntraced(function*(expected: RegExp) {
        for (const question of questions(copy)) {
          const { failure } = yield* asReader(question)
          assert.match(failure ?? "none", expected, question.join(" "))
        }
      })
      yield* all(/sqlite: its last writes wait in .*-wal, .* right to write in .*: read it as the user who/)
      chmodSync(copy, 0o755)
      for (const file of files) rmSync(join(copy, `${file}-wal`), { force: true })
      for (const file of files) chmodSync(join(copy, file), 0)
      yield* all(/this user may not read it/)
      for (const file of files) chmodSync(join(copy, file), 0o644)
      for (const file of files) writeFileSync(join(copy, file), "no database".repeat(1000))
      yield* all(/is damaged: .*; move it away and perigee begins anew, or save what can/)
      for (const file of files) truncateSync(join(copy, file))
      yield* all(/is empty \(0 bytes\)/)
    }).pipe(Effect.scoped))
})
