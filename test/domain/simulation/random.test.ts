import { describe, expect, it } from "@effect/vitest"
import { splitmix64, stream, xoshiro128 } from "../../../src/domain/simulation/random.ts"

const first = (seed: number, ...name: ReadonlyArray<string | number>) => stream(seed, ...name).uint32()

describe("random", () => {
  it("xoshiro128** gives the numbers of its authors' reference program for the state 1, 2, 3, 4", () => {
    const random = xoshiro128(1, 2, 3, 4)
    expect(Array.from({ length: 10 }, () => random.uint32())).toEqual([
      11520,
      0,
      5927040,
      70819200,
      2031721883,
      1637235492,
      1287239034,
      3734860849,
      3729100597,
      4258142804
    ])
  })

  it("splitmix64 gives its published numbers for the seed 1234567", () => {
    let state = 1234567n
    const outputs = Array.from({ length: 5 }, () => {
      const [output, next] = splitmix64(state)
      state = next
      return output
    })
    expect(outputs).toEqual([
      6457827717110365317n,
      3203168211198807973n,
      9817491932198370423n,
      4593380528125082431n,
      16408922859458223821n
    ])
  })

  it("the same seed and name give the same stream, another of either gives another", () => {
    expect(first(7, "a", 1)).toBe(first(7, "a", 1))
    expect(new Set([first(7, "a"), first(8, "a"), first(7, "b"), first(-7, "a"), first(7, "a", 1)]).size).toBe(5)
  })

  it("normal deviates have the moments of the standard normal", () => {
    const random = stream(1, "moments")
    const n = 200_000
    const values = Array.from({ length: n }, () => random.normal())
    const moment = (k: number) => values.reduce((sum, x) => sum + x ** k, 0) / n
    // Five standard errors of each moment.
    expect(Math.abs(moment(1))).toBeLessThan(5 / Math.sqrt(n))
    expect(Math.abs(moment(2) - 1)).toBeLessThan(5 * Math.sqrt(2 / n))
    expect(Math.abs(moment(3))).toBeLessThan(5 * Math.sqrt(15 / n))
    expect(Math.abs(moment(4) - 3)).toBeLessThan(5 * Math.sqrt(96 / n))
  })

  it("integers reach both ends and nothing beyond", () => {
    const random = stream(2, "integers")
    const values = Array.from({ length: 1000 }, () => random.integer(5, 8))
    expect([...new Set(values)].sort()).toEqual([5, 6, 7, 8])
  })
})
