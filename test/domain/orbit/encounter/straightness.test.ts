import { describe, expect, it } from "@effect/vitest"
import { positionBlock } from "../../../../src/domain/orbit/algebra/covariance.ts"
import { type Placed, straightLimit, straightness } from "../../../../src/domain/orbit/encounter/straightness.ts"
import { caraConjunctions } from "../../../support/publishedConjunctions.ts"

const placed = (
  position: readonly [number, number, number],
  velocity: readonly [number, number, number],
  sigma: number
): Placed => ({
  state: { position: [...position], velocity: [...velocity] },
  covariance: [sigma ** 2, 0, 0, 0, sigma ** 2, 0, 0, 0, sigma ** 2]
})

/** Crossing at right angles at 7500 m/s, the miss across. */
const crossing = (miss: number, sigma: number) =>
  straightness(placed([7e6, 0, 0], [0, 7500, 0], sigma), placed([7e6 + miss, 0, 0], [0, 0, 7500], sigma))

/** Following each other at a small speed. */
const following = (speed: number) =>
  straightness(placed([7e6, 0, 0], [0, 7500, 0], 10), placed([7e6 + 50, 0, 0], [0, 7500, speed], 10))

describe("straightness", () => {
  it("bounds what CARA's published cases lose: what it calls straight is within 2 % of Nc", () => {
    let straight = 0
    for (const c of caraConjunctions()) {
      const [primary, secondary] = c.objects
      const bound = straightness(
        { state: primary.state, covariance: positionBlock(primary.covariance) },
        { state: secondary.state, covariance: positionBlock(secondary.covariance) }
      )
      if (!bound.straight) continue
      straight++
      expect(Math.abs(c.nc2d / (c.pc2d ?? NaN) - 1), c.id).toBeLessThanOrEqual(straightLimit)
    }
    // A bound that calls nothing straight would be right as well.
    expect(straight).toBeGreaterThan(8)
  })

  it("a bend is straight up to its limit and not beyond", () => {
    const under = crossing(30_800, 15_400)
    const over = crossing(31_400, 15_700)
    expect([under.straight, over.straight, under.long, over.long]).toEqual([true, false, false, false])
    expect(under.bend).toBeLessThanOrEqual(straightLimit)
    expect(over.bend).toBeGreaterThan(straightLimit)
  })

  it("counts a fall against the thin axis of the error even where the miss is nothing", () => {
    const thin = (velocity: readonly [number, number, number]): Placed => ({
      state: { position: [7e6, 0, 0], velocity: [...velocity] },
      covariance: [1, 0, 0, 0, 1e8, 0, 0, 0, 1e8]
    })
    const { bend, long, straight } = straightness(thin([0, 7500, 0]), thin([0, 0, 7500]))
    expect([straight, long]).toEqual([false, false])
    // Each moves 7500 m/s for two crossings of 1e4 m, falls by the square of that over 2 r; half the square of both falls over 2 m².
    const fall = 2 * (7500 * 2 * Math.SQRT2 * 1e4 / (7500 * Math.SQRT2)) ** 2 / (2 * 7e6)
    expect(bend / (fall * fall / 4)).toBeCloseTo(1, 6)
  })

  it("an encounter is long over a tenth of a radian", () => {
    const n = Math.sqrt(3.986008e14 / 7e6 ** 3)
    const speed = n * (50 + 30 * Math.SQRT2) / 0.1
    expect([following(1.001 * speed).long, following(0.999 * speed).long]).toEqual([false, true])
    expect(following(0.999 * speed).straight).toBe(false)
    expect(following(0).long).toBe(true)
  })
})
