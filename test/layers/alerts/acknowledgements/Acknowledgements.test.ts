/** The contract of {@link Acknowledgements}, on each of its Layers. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Acknowledgement } from "../../../../src/domain/alert/Acknowledgement.ts"
import { Acknowledgements } from "../../../../src/layers/alerts/acknowledgements/Acknowledgements.ts"
import { SqliteAcknowledgements } from "../../../../src/layers/alerts/acknowledgements/SqliteAcknowledgements.ts"
import { TopicAcknowledgements } from "../../../../src/layers/alerts/acknowledgements/TopicAcknowledgements.ts"
import { MessageLog } from "../../../../src/layers/log/MessageLog.ts"
import { temporaryDirectory } from "../../../support/temporaryDirectory.ts"

const made = (alertId: string, n: number): Acknowledgement => ({
  alertId,
  sequence: n,
  level: "action",
  by: `somebody ${n}`,
  at: 1_770_000_000_000.25 + n,
  ...(n % 2 === 0 && { note: `note ${n}` })
})

const contract = Effect.gen(function*() {
  const store = yield* Acknowledgements
  assert.strictEqual((yield* store.all).size, 0)
  for (const [alertId, n] of [["a", 1], ["b", 1], ["a", 2], ["a", 3]] as const) yield* store.add(made(alertId, n))
  assert.deepStrictEqual(
    yield* store.all,
    new Map([["a", [1, 2, 3].map((n) => made("a", n))], ["b", [made("b", 1)]]])
  )
})

describe("Acknowledgements", () => {
  it.effect("in memory", () => Effect.provide(contract, Acknowledgements.layerMemory))

  it.effect("on the message log", () =>
    Effect.provide(contract, Layer.provide(TopicAcknowledgements.layer, MessageLog.layerMemory)))

  it.effect("in a data directory", () =>
    Effect.flatMap(
      temporaryDirectory,
      (directory) => Effect.provide(contract, SqliteAcknowledgements.layer(directory))
    ))

  it.effect("in a data directory, by several writers at once, none is lost", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      const add = (n: number) =>
        Acknowledgements.use((store) => store.add(made("a", n))).pipe(
          Effect.provide(Layer.fresh(SqliteAcknowledgements.layer(directory)))
        )
      yield* Effect.forEach(Array.from({ length: 8 }, (_, n) => n), add, { concurrency: 8, discard: true })
      const all = yield* Acknowledgements.use(({ all }) => all).pipe(
        Effect.provide(SqliteAcknowledgements.layer(directory))
      )
      assert.deepStrictEqual(all.get("a")?.map(({ sequence }) => sequence).toSorted(), [0, 1, 2, 3, 4, 5, 6, 7])
    }))

  it.effect("in a directory whose file is none of ours, it says which", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      writeFileSync(join(directory, "acknowledgements.sqlite"), "something else, and long enough to be a header of it")
      const { add, all } = yield* Effect.provide(Acknowledgements, SqliteAcknowledgements.layer(directory))
      for (const call of [Effect.asVoid(all), add(made("a", 1))]) {
        assert.match((yield* Effect.flip(call)).message, /acknowledgements\.sqlite/)
      }
    }))
})
