import { assert, describe, expect, it } from "@effect/vitest"
import { adaptiveDefaults, isIdle, type KeyRate, nextRate } from "../../../../src/domain/sampling/head/adaptiveRate.ts"

const options = { ...adaptiveDefaults, targetPerSecond: 10, intervalMillis: 1000 }
const from = (probability: number, average?: number): KeyRate => ({ average, probability })

describe("the probability after an interval", () => {
  it.each([
    ["falls at once, however far", from(1), 100_000, 1e-4],
    ["grows no more than twofold", from(0.1), 20, 0.2],
    ["stays within the dead band", from(0.1), 129, 0.1],
    ["leaves it above", from(0.1), 131, 10 / 131],
    ["leaves it below", from(0.1), 69, 10 / 69],
    ["is never above one", from(0.9), 2, 1],
    ["grows when nothing comes", from(0.1), 0, 0.2],
    ["is never below the least that there is", { ...from(1) }, 1e9, 1e-5],
    ["is averaged with the intervals before", from(0.1, 100), 300, 0.05]
  ])("%s", (_, before, count, expected) => {
    assert.closeTo(nextRate(options, before, count).probability, expected, 1e-12)
  })

  it("keeps at least one a minute of a key that has one", () => {
    const slow = { ...options, targetPerSecond: 0.001, minimumProbability: 0 }
    assert.closeTo(nextRate(slow, from(0.5), 1).probability, 1 / 60, 1e-12)
  })

  it("comes to the target from any start, and stays", () => {
    for (const start of [1e-5, 0.01, 1]) {
      let rate = from(start)
      for (let i = 0; i < 40; i++) rate = nextRate(options, rate, 1000)
      assert.closeTo(rate.probability * 1000, 10, 3)
      expect(nextRate(options, rate, 1000).probability).toBe(rate.probability)
    }
  })

  it("is forgotten only after a long silence", () => {
    let rate = nextRate(options, from(1), 1000)
    let silent = 0
    for (; !isIdle(rate); silent++) rate = nextRate(options, rate, 0)
    expect(silent).toBe(17)
    expect(isIdle(from(1))).toBe(false)
  })
})
