import { describe, expect, it } from "@effect/vitest"
import { collisionProbability } from "../../../../src/domain/orbit/encounter/collisionProbability.ts"
import { collisionRate } from "../../../../src/domain/orbit/encounter/collisionRate.ts"
import type { RelativeMotion } from "../../../../src/domain/orbit/encounter/peakOverlap.ts"

/** Mean, sigmas along x, y, z, and a sigma of velocity, the same along each and independent of position. */
const motion = (
  mean: ReadonlyArray<number>,
  sigmas: readonly [number, number, number],
  speedSigma: number
): RelativeMotion => {
  const covariance = new Float64Array(36)
  for (let i = 0; i < 3; i++) {
    covariance[7 * i] = (sigmas[i] ?? 0) ** 2
    covariance[7 * (i + 3)] = speedSigma ** 2
  }
  const distanceSquared = sigmas.reduce((sum, sigma, i) => sum + ((mean[i] ?? 0) / sigma) ** 2, 0)
  return {
    mean: Float64Array.from(mean),
    covariance,
    meeting: [mean[3] ?? 0, mean[4] ?? 0, mean[5] ?? 0],
    distanceSquared,
    slope: 0,
    crossingRate2: 1,
    logDeterminant: 0
  }
}

describe("collisionRate", () => {
  it.each([0.1, 1, 2.9, 3.1, 5])("is the closed form where all is isotropic: body of %d sigma", (radius) => {
    // 4 pi R² times the density at R times the mean of the inward part of a normal speed.
    const density = Math.exp(-radius * radius / 2) / (2 * Math.PI) ** 1.5
    const expected = 4 * Math.PI * radius ** 2 * density * 0.3 / Math.sqrt(2 * Math.PI)
    expect(collisionRate(motion([0, 0, 0, 0, 0, 0], [1, 1, 1], 0.3), radius) / expected).toBeCloseTo(1, 6)
  })

  it.each([[60, 90], [10, 200], [2, 40], [0.4, 0.5]])(
    "summed over a straight passage is the 2-D Pc: sigmas %d and %d m, body of 10 m",
    (sx, sy) => {
      const sz = 50
      const plane = collisionProbability({
        relativePosition: [8, 3, 0],
        relativeVelocity: [0, 0, 1000],
        covariance: [sx * sx, 0, 0, 0, sy * sy, 0, 0, 0, sz * sz],
        hardBodyRadius: 10,
        hardBodyShape: "circle"
      })
      let sum = 0
      const step = 0.004
      for (let t = -0.6; t <= 0.6; t += step) {
        sum += step * collisionRate(motion([8, 3, 1000 * t, 0, 0, 1000], [sx, sy, sz], 0), 10)
      }
      expect(sum / (plane?.pc ?? 0)).toBeCloseTo(1, 2)
    }
  )

  it("is nothing far away, and not a number where the error is none", () => {
    expect(collisionRate(motion([1000, 0, 0, -1, 0, 0], [1, 1, 1], 0), 1)).toBe(0)
    expect(collisionRate(motion([0, 0, 0, 1, 0, 0], [0, 1, 1], 0), 1)).toBeNaN()
  })
})
