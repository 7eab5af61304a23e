import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, pipe, Stream } from "effect"
import { lineageNode, lineageRecord } from "../../src/domain/lineage/LineageRecord.ts"
import { Contributors } from "../../src/domain/stream/Contributors.ts"
import { LineageStore } from "../../src/layers/lineage/LineageStore.ts"
import { StageLineage } from "../../src/layers/stage/StageHooks.ts"
import * as Stage from "../../src/operators/stage/Stage.ts"
import { arrays, contextOf, events } from "../../src/testing/envelopes.ts"
import { stageLayer } from "../../src/testing/testLayers.ts"

describe("lineage of a pipeline", () => {
  it.effect("an event that is followed leaves a step per stage, and an output of many its contributors", () =>
    Effect.gen(function*() {
      const store = yield* LineageStore
      const out = yield* Stream.runCollect(pipe(
        arrays<number>([events([1, 2, 3], (i) => i === 1 ? { lineage: "source" } : {})]),
        Stage.andThen(Stage.map("first", (n: number) => n + 1), Stage.map("second", (n: number) => n * 2))
      ))
      const contributors = new Contributors()
      for (const item of out) {
        for (const context of item._tag === "Batch" ? item.contexts : []) {
          if (context.lineage !== undefined) store.offer([lineageRecord({ kind: "observation", context })])
          contributors.add(context, undefined)
        }
      }
      store.offer([lineageRecord({
        kind: "alert",
        id: "a/1",
        context: contextOf(2),
        inputs: contributors.named().map((context) => lineageNode(context)),
        inputCount: contributors.count
      })])
      const [first, followed, last] = [0, 1, 2].map((i) => contextOf(i).id)
      const observation = yield* store.backward(followed ?? "")
      assert.deepStrictEqual(
        observation?.steps,
        ["first", "second"].map((operator) => ({
          id: followed ?? "",
          operator,
          at: 0,
          parents: [followed ?? ""],
          parentCount: 1
        }))
      )
      assert.isUndefined(yield* store.forward("nobody"))
      const alert = yield* store.backward("a")
      assert.deepStrictEqual(alert?.reached.map(({ id }) => id), [first, last])
      assert.deepStrictEqual(alert?.matched.map(({ inputCount }) => inputCount), [3])
    }).pipe(
      Effect.provide(Layer.mergeAll(stageLayer, StageLineage.layer, LineageStore.layerMemory()))
    ))
})
