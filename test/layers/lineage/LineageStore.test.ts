import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { LineageStore } from "../../../src/layers/lineage/LineageStore.ts"
import { lineageStoreContract, recordOf } from "./lineageStoreContract.ts"

lineageStoreContract("memory", (options) => Effect.succeed(LineageStore.layerMemory(options)))

describe("LineageStore off", () => {
  const nothing = Effect.gen(function*() {
    const store = yield* LineageStore
    store.offer([recordOf("a"), recordOf("a/1", { kind: "alert" })])
    yield* store.flush
    assert.isUndefined(yield* store.backward("a"))
    assert.isUndefined(yield* store.forward("a"))
    assert.deepStrictEqual((yield* store.bySource("radar-1", 0, Infinity)).reached, [])
    assert.deepStrictEqual({ ...store.counts() }, { offered: 0, written: 0, dropped: 0, evicted: 0 })
  })

  it.effect("keeps nothing and fails at nothing", () => Effect.provide(nothing, LineageStore.layerOff))

  it.effect("is what is there when nobody provides one", () => nothing)
})
