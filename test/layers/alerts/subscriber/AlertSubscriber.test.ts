/** The reference subscriber, killed and started again beside a writer that is killed too. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { spawn } from "node:child_process"
import { join, resolve } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { alerts as command } from "../../../../src/commands/alerts.ts"
import { alertsTopic, AlertStore } from "../../../../src/layers/alerts/AlertStore.ts"
import { EmbeddedLog } from "../../../../src/layers/log/embedded/EmbeddedLog.ts"
import { EmbeddedLogReader } from "../../../../src/layers/log/embedded/EmbeddedLogReader.ts"
import { LogReader } from "../../../../src/layers/log/LogReader.ts"
import { readPages } from "../../../../src/layers/log/readPages.ts"
import { alertVersion } from "../../../support/alerts.ts"
import { runner } from "../../../support/command.ts"
import { temporaryDirectory } from "../../../support/temporaryDirectory.ts"
import { webhookReceiver } from "../../../support/webhookReceiver.ts"

const run = runner(command)
const repository = resolve(import.meta.dirname, "../../../..")

const keptIn = (file: string): ReadonlyArray<string> => {
  const database = new DatabaseSync(file, { readOnly: true })
  try {
    return database.prepare("SELECT alert_id, sequence FROM versions").all()
      .map(({ alert_id, sequence }) => `${alert_id}/${sequence}`).toSorted()
  } finally {
    database.close()
  }
}

const onTopic = (directory: string) =>
  LogReader.use((log) => Stream.runCollect(readPages(log, alertsTopic))).pipe(
    Effect.map((records) => records.map(({ headers, key }) => `${key}/${headers.sequence}`).toSorted()),
    Effect.provide(EmbeddedLogReader.layer(directory))
  )

const deliver = (directory: string, versions: ReadonlyArray<ReturnType<typeof alertVersion>>) =>
  AlertStore.use((store) => store.upsert(versions)).pipe(
    Effect.provide(Layer.provide(AlertStore.layer, EmbeddedLog.layer({ directory })))
  )

const fresh = { emittedAt: Date.now(), tca: Date.now() + 3_600_000 }

describe("perigee alerts subscribe", () => {
  it.live("takes what is new, and has the newest version of each", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      const into = join(directory, "mirror.sqlite")
      yield* deliver(directory, [alertVersion("a", 1, fresh), alertVersion("b", 1, fresh)])
      const take = run(["subscribe", "--into", into, "--once", "--json", "--data-dir", directory])
      assert.deepStrictEqual(JSON.parse((yield* take).out[0] ?? ""), { into, topic: "alerts", taken: 2 })
      yield* deliver(directory, [alertVersion("a", 2, { ...fresh, missDistanceMetres: 5 })])
      assert.strictEqual(JSON.parse((yield* take).out[0] ?? "").taken, 1)
      assert.strictEqual(JSON.parse((yield* take).out[0] ?? "").taken, 0)
      const database = new DatabaseSync(into, { readOnly: true })
      const rows = database.prepare("SELECT * FROM alerts ORDER BY alert_id").all()
      database.close()
      assert.deepStrictEqual(rows.map(({ alert_id, sequence }) => [alert_id, sequence]), [["a", 2], ["b", 1]])
      assert.strictEqual(JSON.parse(String(rows[0]?.json)).missDistanceMetres, 5)
    }))

  it.live("refuses a file that was written from another log", () =>
    Effect.gen(function*() {
      const [one, other] = [yield* temporaryDirectory, yield* temporaryDirectory]
      const into = join(one, "mirror.sqlite")
      yield* deliver(one, [alertVersion("a", 1, fresh), alertVersion("a", 2, fresh)])
      yield* deliver(other, [alertVersion("b", 1, fresh), alertVersion("b", 2, fresh), alertVersion("b", 3, fresh)])
      yield* run(["subscribe", "--into", into, "--once", "--data-dir", one])
      const refused = yield* run(["subscribe", "--into", into, "--once", "--data-dir", other])
      assert.deepStrictEqual([refused.code, refused.failure], [2, `${into} was written from another log`])
      assert.deepStrictEqual(keptIn(into), ["a/1", "a/2"])
      const nowhere = yield* run([
        "subscribe",
        "--into",
        join(one, "no/such/place.sqlite"),
        "--once",
        "--data-dir",
        one
      ])
      assert.strictEqual(nowhere.code, 1)
    }))

  it.live(
    "killed at any point, beside a writer that is killed too, it has every version of the topic exactly once",
    () =>
      Effect.gen(function*() {
        const directory = yield* temporaryDirectory
        const into = join(directory, "mirror.sqlite")
        const receiver = yield* webhookReceiver("s")
        const total = 150
        const startWriter = () =>
          spawn(process.execPath, [
            resolve(repository, "test/support/alertPublisher.ts"),
            directory,
            String(total),
            receiver.url,
            "s"
          ], { stdio: "ignore" })
        const startReader = () =>
          spawn(process.execPath, [
            resolve(repository, "bin/perigee.js"),
            "alerts",
            "subscribe",
            "--into",
            into,
            "--data-dir",
            directory
          ], { stdio: "ignore" })
        const kill = (child: ReturnType<typeof spawn>) =>
          Effect.promise(() =>
            child.exitCode !== null ? Promise.resolve() : new Promise<void>((resume) => {
              child.on("close", () => resume())
              child.kill("SIGKILL")
            })
          )
        // The log is there before its reader.
        yield* deliver(directory, [alertVersion("first", 1, fresh)])
        const kept = (): number => {
          try {
            return keptIn(into).length
          } catch {
            return 0
          }
        }
        for (const until of [25, 70]) {
          const writer = startWriter()
          const reader = startReader()
          yield* Effect.repeat(Effect.sleep("5 millis"), {
            until: () => kept() >= until || writer.exitCode !== null || reader.exitCode !== null
          })
          assert.deepStrictEqual([writer.exitCode, reader.exitCode], [null, null])
          yield* kill(reader)
          yield* kill(writer)
        }
        const writer = startWriter()
        const reader = startReader()
        yield* Effect.repeat(Effect.sleep("20 millis"), { until: () => kept() > total || reader.exitCode !== null })
        yield* kill(reader)
        yield* kill(writer)
        const { code } = yield* run(["subscribe", "--into", into, "--once", "--data-dir", directory])
        assert.strictEqual(code, 0)
        const topic = yield* onTopic(directory)
        assert.strictEqual(topic.length, total + 1)
        assert.deepStrictEqual(keptIn(into), topic)
      }),
    120_000
  )
})
