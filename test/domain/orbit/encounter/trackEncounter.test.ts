import { describe, expect, it } from "@effect/vitest"
import { dot, norm, subtract } from "../../../../src/domain/orbit/algebra/vector3.ts"
import { type MeanElements, radiansPerDegree } from "../../../../src/domain/orbit/catalogue/MeanElements.ts"
import { closestApproach } from "../../../../src/domain/orbit/encounter/encounter.ts"
import { trackEncounter } from "../../../../src/domain/orbit/encounter/trackEncounter.ts"
import type { State } from "../../../../src/domain/orbit/propagation/State.ts"
import { stateOf, type TrackEstimate } from "../../../../src/domain/orbit/tracking/TrackEstimate.ts"
import { stream } from "../../../../src/domain/simulation/random.ts"
import { catalogued, polarElements } from "../../../support/trackSimulation.ts"

/** Two orbits that cross at right angles near the second's node. */
const crossing: MeanElements = { ...polarElements, objectId: "99902", inclination: 40 * radiansPerDegree }
const reach = 1_500_000

const displaced = (elements: MeanElements, seed: number, sigma: number): TrackEstimate => {
  const random = stream(seed, elements.objectId)
  const offset = Array.from({ length: 6 }, (_, i) => (i === 0 ? 0.01 : 1) * sigma * random.normal())
  // Observed until after the encounter: no process noise is added.
  const time = elements.epoch + 86_400_000
  return { ...catalogued(elements), offset, accepted: 1, covariance: diagonal(100), time }
}
const diagonal = (variance: number) => Array.from({ length: 36 }, (_, i) => i % 7 === 0 ? variance : 0)

/** Newton's method on the full linear model, Phi anew at every step. */
const slow = (a: TrackEstimate, b: TrackEstimate, guess: number) =>
  closestApproach((time) => stateOf(a, time)?.state, (time) => stateOf(b, time)?.state, guess, reach)

const relative = (a: State | undefined, b: State | undefined) => {
  if (a === undefined || b === undefined) throw new Error("no state")
  const [r, v] = [subtract(b.position, a.position), subtract(b.velocity, a.velocity)]
  return { rv: dot(r, v), miss: norm(r) }
}

describe("trackEncounter", () => {
  const a = catalogued(polarElements)
  const b = catalogued(crossing)
  // Both pass the common node once a revolution: find it from a coarse look.
  const guess = Array.from({ length: 600 }, (_, i) => polarElements.epoch + i * 10_000).reduce((best, time) => {
    const distance = (at: number) => {
      const [one, other] = [stateOf(a, at)?.state.position, stateOf(b, at)?.state.position]
      return one && other ? Math.hypot(one[0] - other[0], one[1] - other[1], one[2] - other[2]) : Infinity
    }
    return distance(time) < distance(best) ? time : best
  }, polarElements.epoch)

  it.each([0, 100, 1500])("finds what Newton's method on the full model finds, offsets of %s m", (sigma) => {
    for (let seed = 1; seed <= 20; seed++) {
      const [first, second] = [displaced(polarElements, seed, sigma), displaced(crossing, seed, sigma)]
      const found = trackEncounter(first, second, guess, reach)
      const expected = slow(first, second, guess)
      expect(expected).toBeDefined()
      expect(Math.abs((found?.encounter.tca ?? 0) - (expected?.tca ?? 0))).toBeLessThan(0.01)
      expect(Math.abs((found?.encounter.missDistance ?? 0) - (expected?.missDistance ?? 0))).toBeLessThan(1e-3)
    }
  })

  it("is where relative position and velocity of the full model are at right angles, to a millimetre and a microsecond", () => {
    let compared = 0
    for (let seed = 1; seed <= 30; seed++) {
      const random = stream(seed, "planes")
      const turned = { ...crossing, inclination: (20 + 120 * random.uniform()) * radiansPerDegree }
      const [first, second] = [displaced(polarElements, seed, 300), displaced(turned, seed, 300)]
      const at = (time: number) => relative(stateOf(first, time)?.state, stateOf(second, time)?.state)
      const found = trackEncounter(first, second, guess + 400 * random.normal(), reach)?.encounter
      if (found === undefined) continue
      // Bisection on r.v, which grows through the closest approach.
      let [low, high] = [found.tca - 1000, found.tca + 1000]
      expect(at(low).rv < 0 && at(high).rv > 0).toBe(true)
      while (high - low > 5e-4) {
        const middle = (low + high) / 2
        if (at(middle).rv < 0) low = middle
        else high = middle
      }
      compared++
      expect(Math.abs(found.tca - (low + high) / 2)).toBeLessThan(1e-3)
      expect(Math.abs(found.missDistance - at(low).miss)).toBeLessThan(1e-3)
    }
    expect(compared).toBeGreaterThan(20)
  })

  it("gives the sum of both position covariances", () => {
    const [first, second] = [displaced(polarElements, 1, 100), displaced(crossing, 1, 100)]
    const both = trackEncounter(first, second, guess, reach)?.covariance
    const mostly = trackEncounter({ ...first, covariance: diagonal(1e-6) }, second, guess, reach)?.covariance
    const rest = trackEncounter(first, { ...second, covariance: diagonal(1e-6) }, guess, reach)?.covariance
    for (let i = 0; i < 9; i++) {
      expect(Math.abs((both?.[i] ?? 0) - (mostly?.[i] ?? 0) - (rest?.[i] ?? 0))).toBeLessThan(1e-3)
      expect(both?.[i]).toBeCloseTo(both?.[(i % 3) * 3 + Math.floor(i / 3)] ?? Number.NaN, 6)
    }
    expect((both?.[0] ?? 0) + (both?.[4] ?? 0) + (both?.[8] ?? 0)).toBeGreaterThan(100)
  })

  it("is undefined without a closest approach in reach", () => {
    expect(trackEncounter(a, b, guess - 400_000, 60_000)).toBeUndefined()
    expect(trackEncounter(a, a, guess, reach)).toBeUndefined()
  })
})
