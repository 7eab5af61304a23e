import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { keepsLineage } from "../../../src/domain/lineage/keepsLineage.ts"
import { observationIdOf } from "../../../src/domain/observation/observationId.ts"
import { traceIdOf } from "../../../src/domain/tracing/traceId.ts"
import { HeadSampler } from "../../../src/layers/stage/HeadSampler.ts"
import { LineageSampler } from "../../../src/layers/stage/LineageSampler.ts"

const raw = new Uint8Array(8)
const view = new DataView(raw.buffer)

const idOf = (index: number) => {
  view.setUint32(0, index)
  return observationIdOf("radar-1", raw)
}

describe("whether lineage is kept", () => {
  it.effect("keeps one id in a hundred of a million, whether they are traced or not", () =>
    Effect.gen(function*() {
      const keeps = keepsLineage(0.01)
      const keepsTenth = keepsLineage(0.1)
      const { decide } = yield* HeadSampler
      let [kept, tenth, traced, both] = [0, 0, 0, 0]
      for (let i = 0; i < 1_000_000; i++) {
        const id = idOf(i)
        const isTraced = decide(traceIdOf(id)).sampled
        const isTenth = keepsTenth(id)
        if (keeps(id)) {
          kept++
          assert.isTrue(isTenth, "a greater ratio keeps all that a lesser one does")
        }
        if (isTenth) tenth++
        if (isTraced) traced++
        if (isTenth && isTraced) both++
      }
      // Five standard deviations of a binomial each.
      assert.approximately(kept, 10_000, 500)
      assert.approximately(tenth, 100_000, 1500)
      assert.approximately(traced, 100_000, 1500)
      assert.approximately(both, 10_000, 500)
    }).pipe(Effect.provide(HeadSampler.layerRatio(0.1))))

  it.effect("always keeps an alert, unless lineage is off", () =>
    Effect.gen(function*() {
      const none = yield* Effect.provide(LineageSampler, LineageSampler.layerRatio(0))
      assert.isTrue(none.keeps("a/1", "alert"))
      assert.isFalse(none.keeps("a", "observation"))
      const all = yield* Effect.provide(LineageSampler, LineageSampler.layerRatio(7))
      assert.isTrue(all.keeps("a", "observation"))
      assert.isFalse((yield* LineageSampler).keeps("a/1", "alert"))
    }))
})
