import { describe, expect, it } from "@effect/vitest"
import {
  biasVariance,
  type Heard,
  heardFrom,
  inflation,
  sharedCount
} from "../../../../src/domain/orbit/measurement/sensorBias.ts"
import { stream } from "../../../../src/domain/simulation/random.ts"
import { componentError } from "../../../../src/domain/simulation/sensorNoise.ts"

/** Information about the object, in units of 1/R, of measurements at these times. */
const informationOf = (times: ReadonlyArray<number>, sourceId = "radar"): number => {
  let heard: ReadonlyArray<Heard> = []
  let information = 0
  for (const time of times) {
    const count = sharedCount(heard, sourceId, time)
    information += 1 / inflation(count)
    heard = heardFrom(heard, sourceId, time, count)
  }
  return information
}

const pass = (count: number, start = 0): ReadonlyArray<number> => Array.from({ length: count }, (_, i) => start + i)

describe("sensorBias", () => {
  it.each([1, 5, 30, 1000])("the mean of %s measurements of a pass has the variance 1/n + b", (count) => {
    expect(1 / informationOf(pass(count))).toBeCloseTo(1 / count + biasVariance, 4)
  })

  it("no number of measurements of one pass takes a sensor below its bias", () => {
    expect(1 / informationOf(pass(100_000))).toBeGreaterThan(0.97 * biasVariance)
  })

  it("a pass after hours says something new, one a minute later does not", () => {
    const hour = 3_600_000
    const once = informationOf(pass(500))
    expect(informationOf([...pass(500), ...pass(500, 60_000)])).toBeLessThan(1.15 * once)
    expect(informationOf([...pass(500), ...pass(500, 24 * hour)])).toBeGreaterThan(1.99 * once)
  })

  it("each sensor has its own bias, and one entry", () => {
    let heard: ReadonlyArray<Heard> = []
    for (const [i, sourceId] of ["a", "b", "a", "a"].entries()) {
      heard = heardFrom(heard, sourceId, i, sharedCount(heard, sourceId, i))
    }
    expect(heard.map(({ sourceId }) => sourceId)).toEqual(["a", "b"])
    expect(sharedCount(heard, "a", 3)).toBeCloseTo(3, 4)
    expect(sharedCount(heard, "b", 3)).toBeCloseTo(1, 4)
    expect(sharedCount(heard, "c", 3)).toBe(0)
  })

  it("the bias variance is that of the simulated sensors", () => {
    const silent = { ...stream(0, "none"), normal: () => 0 }
    let sum = 0
    let count = 0
    for (let seed = 0; seed < 200; seed++) {
      const error = componentError(seed, "radar", "range", 25, silent)
      for (let hour = 0; hour < 48; hour++) {
        sum += (error(hour * 3_600_000) / 25) ** 2
        count++
      }
    }
    expect(sum / count / biasVariance).toBeGreaterThan(0.9)
    expect(sum / count / biasVariance).toBeLessThan(1.1)
  })
})
