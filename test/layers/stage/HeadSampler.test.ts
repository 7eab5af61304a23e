import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { execFileSync } from "node:child_process"
import { resolve } from "node:path"
import { randomnessOf, readThreshold } from "../../../src/domain/sampling/head/otMember.ts"
import { isKept, traceIdHigh24, traceIdLow32 } from "../../../src/domain/sampling/head/threshold.ts"
import { stream } from "../../../src/domain/simulation/random.ts"
import { AdaptiveSampler } from "../../../src/layers/sampling/AdaptiveSampler.ts"
import { HeadSampler, isSampled } from "../../../src/layers/stage/HeadSampler.ts"
import { keptOf } from "../../support/headDecisions.ts"

const random = stream(11, "ids")
const word = () => random.uint32().toString(16).padStart(8, "0")
const ids = Array.from({ length: 20_000 }, () => word() + word() + word() + word())

const layers: ReadonlyArray<readonly [name: string, share: number, layer: Layer.Layer<never>]> = [
  ["layerOff", 0, HeadSampler.layerOff],
  ["layerRatio 0", 0, HeadSampler.layerRatio(0)],
  ["layerRatio -1, held to 0", 0, HeadSampler.layerRatio(-1)],
  ["layerRatio 0.01", 0.01, HeadSampler.layerRatio(0.01)],
  ["layerRatio 0.5", 0.5, HeadSampler.layerRatio(0.5)],
  ["layerRatio 1", 1, HeadSampler.layerRatio(1)],
  ["layerRatio 7, held to 1", 1, HeadSampler.layerRatio(7)],
  [
    "the adaptive sampler's",
    0.25,
    Layer.provide(AdaptiveSampler.layerHead, AdaptiveSampler.layer({ initialProbability: 0.25 }))
  ],
  ["the adaptive sampler's, off", 1, Layer.provide(AdaptiveSampler.layerHead, AdaptiveSampler.layerOff)]
]

describe.each(layers)("HeadSampler: %s", (_, share, layer) => {
  it.effect("decides by the id alone, the same from the text and from the numbers", () =>
    Effect.gen(function*() {
      const { decide, level } = yield* HeadSampler
      let kept = 0
      for (const id of ids) {
        const decision = decide(id)
        const alike = isSampled(level(undefined, 1), traceIdHigh24(id), traceIdLow32(id))
        if (decision !== decide(id) || decision.sampled !== alike) assert.fail(id)
        if (decision.sampled) kept++
      }
      const deviation = Math.sqrt(share * (1 - share) / ids.length)
      assert.closeTo(kept / ids.length, share, 4 * deviation)
    }).pipe(Effect.provide(layer)))

  it.effect("what is sampled carries a threshold that its randomness passes, what is not carries none", () =>
    Effect.gen(function*() {
      const { decide } = yield* HeadSampler
      for (const id of ids.slice(0, 2000)) {
        const { sampled, traceState } = decide(id)
        const threshold = readThreshold(traceState)
        if (
          sampled
            ? threshold === undefined || !isKept(randomnessOf(id, traceState), threshold)
            : traceState !== undefined
        ) {
          assert.fail(`${id} ${sampled} ${traceState}`)
        }
      }
    }).pipe(Effect.provide(layer)))
})

describe("the default", () => {
  it.effect("samples nothing", () =>
    Effect.gen(function*() {
      const { decide, level } = yield* HeadSampler
      assert.deepStrictEqual(decide(ids[0] ?? ""), { sampled: false, traceState: undefined })
      assert.isFalse(isSampled(level(undefined, 1), 2 ** 24 - 1, 2 ** 32 - 1))
    }))
})

describe("one in a hundred", () => {
  it("is 1 % ± 0.1 % of a million observation ids", () => {
    const kept = keptOf(0.01, 1_000_000).length
    assert.isTrue(kept >= 9000 && kept <= 11_000, String(kept))
  }, 60_000)

  it("is the same in another process, and in one after it; a larger share keeps these and more", () => {
    const here = keptOf(0.01, 50_000)
    const script = resolve(import.meta.dirname, "../../support/headDecisions.ts")
    for (let run = 0; run < 2; run++) {
      const there: unknown = JSON.parse(execFileSync(process.execPath, [script, "0.01", "50000"], { encoding: "utf8" }))
      assert.deepStrictEqual(there, here)
    }
    const more = new Set(keptOf(0.02, 50_000))
    assert.isTrue(here.length > 300 && here.every((id) => more.has(id)))
    assert.isAbove(more.size, here.length)
  }, 60_000)
})
