import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { layerLineageMetrics } from "../../../src/layers/lineage/lineageMetrics.ts"
import { LineageStore } from "../../../src/layers/lineage/LineageStore.ts"
import { Collectors } from "../../../src/layers/metrics/Collectors.ts"
import { collected, ownRegistry } from "../../support/collected.ts"
import { recordOf } from "./lineageStoreContract.ts"

const over = (store: Layer.Layer<never>) =>
  layerLineageMetrics.pipe(Layer.provideMerge(Layer.merge(Collectors.layer, store)), Layer.provideMerge(ownRegistry))

describe("lineage metrics", () => {
  it.effect("what was offered was written, dropped or waits; what went for want of room is told apart", () =>
    Effect.gen(function*() {
      const store = yield* LineageStore
      store.offer(["a", "b", "c", "d", "e"].map((id) => recordOf(id)))
      const told = Effect.map(
        collected,
        (values) =>
          ["records_offered", "records_written", "records_dropped", "nodes_evicted"]
            .map((name) => values.get(`lineage_${name}_total`))
      )
      assert.deepStrictEqual(yield* told, [5, 0, 1, 0])
      yield* store.flush
      assert.deepStrictEqual(yield* told, [5, 4, 1, 2])
    }).pipe(Effect.provide(over(LineageStore.layerMemory({ buffer: 4, capacity: 2 })))))

  it.effect("a store that is off has none", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(Array.from((yield* collected).keys()), [])
    }).pipe(Effect.provide(over(LineageStore.layerOff))))
})
