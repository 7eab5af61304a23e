import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import type { ConjunctionAlert } from "../../../src/domain/alert/ConjunctionAlert.ts"
import { AlertStore } from "../../../src/layers/alerts/AlertStore.ts"
import { SqliteAlertTable } from "../../../src/layers/alerts/SqliteAlertTable.ts"
import { EmbeddedLog } from "../../../src/layers/log/embedded/EmbeddedLog.ts"
import { type LogError, MessageLog } from "../../../src/layers/log/MessageLog.ts"
import { alertVersion } from "../../support/alerts.ts"
import { collectLogs } from "../../support/collectedLogs.ts"
import { layerFailing, type Outage } from "../../support/failingLog.ts"
import { temporaryDirectory } from "../../support/temporaryDirectory.ts"
import { alertStoreContract } from "./alertStoreContract.ts"

alertStoreContract("memory log", MessageLog.layerMemory)
alertStoreContract(
  "embedded log",
  Layer.unwrap(Effect.map(temporaryDirectory, (directory) => EmbeddedLog.layer({ directory })))
)
alertStoreContract(
  "memory log, with a table",
  Layer.unwrap(
    Effect.map(
      temporaryDirectory,
      (directory) => Layer.merge(MessageLog.layerMemory, SqliteAlertTable.layer(directory))
    )
  )
)
alertStoreContract(
  "embedded log, with a table",
  Layer.unwrap(
    Effect.map(
      temporaryDirectory,
      (directory) => Layer.merge(EmbeddedLog.layer({ directory }), SqliteAlertTable.layer(directory))
    )
  )
)

/** The log, and how many records were read of it. */
const counting = (log: Layer.Layer<MessageLog, LogError>) => {
  const counts = { read: 0 }
  const layer = Layer.effect(
    MessageLog,
    Effect.map(MessageLog, (inner) =>
      MessageLog.of({
        ...inner,
        read: (options) =>
          Effect.tap(inner.read(options), (records) => Effect.sync(() => (counts.read += records.length)))
      }))
  ).pipe(Layer.provide(log))
  return { counts, layer }
}

const fresh = (alertId: string, sequence: number) =>
  alertVersion(alertId, sequence, { emittedAt: Date.now(), tca: Date.now() + 3_600_000 })

/** The store over this log, opened anew in the directory, with what the log was asked. */
const opened = <A, E>(
  directory: string,
  log: Layer.Layer<MessageLog, LogError>,
  use: (store: AlertStore["Service"]) => Effect.Effect<A, E>
) => {
  const { counts, layer } = counting(log)
  return Effect.flatMap(AlertStore, use).pipe(
    Effect.provide(
      Layer.fresh(AlertStore.layer.pipe(Layer.provide(Layer.merge(layer, SqliteAlertTable.layer(directory)))))
    ),
    Effect.map((result) => ({ result, read: counts.read }))
  )
}

const snapshotOf = (store: AlertStore["Service"]) => Effect.sync(() => new Map(store.current()))

describe("the table of alerts", () => {
  it.live("a start reads what came after it, not the topic", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      const log = EmbeddedLog.layer({ directory })
      const many = Array.from({ length: 3000 }, (_, i) => fresh(`alert-${i % 30}`, 1 + Math.floor(i / 30)))
      const { result: before } = yield* opened(directory, log, (store) =>
        Effect.andThen(store.upsert(many), snapshotOf(store)))
      const { read, result: after } = yield* opened(directory, log, snapshotOf)
      assert.deepStrictEqual(after, before)
      assert.strictEqual(read, 1)
      // Written by a process that had no table, or ended before it could write it.
      const beside = Layer.fresh(AlertStore.layer.pipe(Layer.provide(log)))
      yield* Effect.flatMap(AlertStore, (store) =>
        store.upsert([fresh("alert-7", 1000), fresh("new", 1)])).pipe(
          Effect.provide(beside)
        )
      const later = yield* opened(directory, log, snapshotOf)
      assert.deepStrictEqual([later.result.get("alert-7")?.sequence, later.result.get("new")?.sequence], [1000, 1])
      assert.strictEqual(later.read, 3)
    }))

  it.live("one of another log is told and made anew", () => {
    const logged = collectLogs()
    return Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      const elsewhere = EmbeddedLog.layer({ directory: yield* temporaryDirectory })
      const shorter = EmbeddedLog.layer({ directory: yield* temporaryDirectory })
      const upsert = (...versions: ReadonlyArray<ConjunctionAlert>) => (store: AlertStore["Service"]) =>
        store.upsert(versions)
      yield* opened(directory, EmbeddedLog.layer({ directory }), upsert(fresh("a", 1), fresh("b", 1)))
      // As many records, of other alerts; and a log that holds fewer.
      const beside = (log: typeof elsewhere, ...versions: ReadonlyArray<ConjunctionAlert>) =>
        Effect.flatMap(AlertStore, upsert(...versions)).pipe(
          Effect.provide(Layer.fresh(AlertStore.layer.pipe(Layer.provide(log))))
        )
      yield* beside(elsewhere, fresh("c", 1), fresh("d", 1))
      yield* beside(shorter, fresh("e", 1))
      assert.deepStrictEqual([...(yield* opened(directory, elsewhere, snapshotOf)).result.keys()], ["c", "d"])
      assert.deepStrictEqual([...(yield* opened(directory, shorter, snapshotOf)).result.keys()], ["e"])
      assert.lengthOf(logged.lines.filter((line) => line.includes("is of another log")), 2)
      const { read, result } = yield* opened(directory, shorter, snapshotOf)
      assert.deepStrictEqual([[...result.keys()], read], [["e"], 1])
    }).pipe(Effect.provide(logged.layer))
  })

  it.live("one that cannot be used is told, and the topic is read", () => {
    const logged = collectLogs()
    return Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      const log = EmbeddedLog.layer({ directory })
      yield* opened(directory, log, (store) => store.upsert([fresh("a", 1)]))
      writeFileSync(join(directory, "alerts.sqlite"), "this is no database, however long one looks at it".repeat(100))
      assert.deepStrictEqual([...(yield* opened(directory, log, snapshotOf)).result.keys()], ["a"])
      assert.include(logged.lines.join("\n"), "alerts.sqlite cannot be used")
    }).pipe(Effect.provide(logged.layer))
  })
})

describe("AlertStore", () => {
  it.live("survives its process: opened again in the same directory it holds every alert", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      const open = <A, E>(use: (store: AlertStore["Service"]) => Effect.Effect<A, E>) =>
        Effect.flatMap(AlertStore, use).pipe(
          Effect.provide(Layer.fresh(AlertStore.layer.pipe(Layer.provide(EmbeddedLog.layer({ directory })))))
        )
      const [a1, b4, a2] = [fresh("a", 1), fresh("b", 4), fresh("a", 2)]
      yield* open((store) => store.upsert([a1, b4]))
      yield* open((store) =>
        Effect.gen(function*() {
          assert.deepStrictEqual([...store.current()], [["a", a1], ["b", b4]])
          assert.deepStrictEqual(yield* store.upsert([a2, b4]), [a2])
        })
      )
      yield* open((store) => Effect.sync(() => assert.strictEqual(store.current().get("a")?.sequence, 2)))
    }))

  it.effect("what could not be written is not held: the next upsert delivers it", () => {
    const outage: Outage = { failures: 1, tried: [] }
    return Effect.gen(function*() {
      const store = yield* AlertStore
      const version = alertVersion("a", 1)
      const failed = yield* Effect.flip(store.upsert([version]))
      assert.strictEqual(failed.reason, "Unavailable")
      assert.strictEqual(store.current().size, 0)
      assert.deepStrictEqual(yield* store.upsert([version]), [version])
    }).pipe(Effect.provide(AlertStore.layer.pipe(Layer.provide(layerFailing(outage)))))
  })
})
