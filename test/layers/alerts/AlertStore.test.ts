import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { AlertStore } from "../../../src/layers/alerts/AlertStore.ts"
import { EmbeddedLog } from "../../../src/layers/log/embedded/EmbeddedLog.ts"
import { MessageLog } from "../../../src/layers/log/MessageLog.ts"
import { alertVersion } from "../../support/alerts.ts"
import { layerFailing, type Outage } from "../../support/failingLog.ts"
import { temporaryDirectory } from "../../support/temporaryDirectory.ts"
import { alertStoreContract } from "./alertStoreContract.ts"

alertStoreContract("memory log", MessageLog.layerMemory)
alertStoreContract(
  "embedded log",
  Layer.unwrap(Effect.map(temporaryDirectory, (directory) => EmbeddedLog.layer({ directory })))
)

describe("AlertStore", () => {
  it.live("survives its process: opened again in the same directory it holds every alert", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      const open = <A, E>(use: (store: AlertStore["Service"]) => Effect.Effect<A, E>) =>
        Effect.flatMap(AlertStore, use).pipe(
          Effect.provide(Layer.fresh(AlertStore.layer.pipe(Layer.provide(EmbeddedLog.layer({ directory })))))
        )
      yield* open((store) => store.upsert([alertVersion("a", 1), alertVersion("b", 4)]))
      yield* open((store) =>
        Effect.gen(function*() {
          assert.deepStrictEqual([...store.current()], [["a", alertVersion("a", 1)], ["b", alertVersion("b", 4)]])
          assert.deepStrictEqual(yield* store.upsert([alertVersion("a", 2), alertVersion("b", 4)]), [
            alertVersion("a", 2)
          ])
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
