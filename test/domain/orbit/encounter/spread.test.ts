import { describe, expect, it } from "@effect/vitest"
import { eigenSymmetric } from "../../../../src/domain/orbit/algebra/eigen.ts"
import { multiply } from "../../../../src/domain/orbit/algebra/matrix.ts"
import { norm, subtract } from "../../../../src/domain/orbit/algebra/vector3.ts"
import { type MeanElements, radiansPerDegree, revPerDay } from "../../../../src/domain/orbit/catalogue/MeanElements.ts"
import { spreadAt } from "../../../../src/domain/orbit/encounter/spread.ts"
import { perturbed } from "../../../../src/domain/orbit/propagation/equinoctial.ts"
import { linearise } from "../../../../src/domain/orbit/propagation/Linearisation.ts"
import { covarianceInto, stateOf, type TrackEstimate } from "../../../../src/domain/orbit/tracking/TrackEstimate.ts"
import { stream } from "../../../../src/domain/simulation/random.ts"
import { catalogued, polarElements } from "../../../support/trackSimulation.ts"

const orbit = (revolutions: number, eccentricity: number, degrees: number, bstar = 1e-4): MeanElements => ({
  ...polarElements,
  objectId: `${revolutions}/${eccentricity}/${degrees}`,
  meanMotion: revolutions * revPerDay,
  eccentricity,
  inclination: degrees * radiansPerDegree,
  bstar
})

const orbits = [
  polarElements,
  orbit(15.5, 0.0005, 51.6, 5e-4),
  orbit(14.9, 0.001, 97.6),
  orbit(15.05, 0.0001, 43),
  orbit(13.2, 0.05, 144),
  orbit(9, 0.28, 20),
  orbit(2.005, 0.01, 55, 0),
  orbit(1.0027, 0.0003, 0.05, 0)
]

/** Offsets and covariances of all shapes, thin ones with the axis tied to the longitude among them. */
const random = (elements: MeanElements, seed: number): TrackEstimate => {
  const { normal, uniform } = stream(seed, elements.objectId)
  const factor = Float64Array.from({ length: 36 }, (_, i) => normal() * (i < 6 ? 3 : 1) * 10 ** (3 * uniform() - 1))
  const covariance = new Float64Array(36)
  for (let i = 0; i < 6; i++) {
    for (let j = 0; j < 6; j++) {
      let sum = 0
      for (let k = 0; k < 6; k++) sum += (factor[6 * i + k] ?? 0) * (factor[6 * j + k] ?? 0)
      covariance[6 * i + j] = sum
    }
  }
  const scale = 10 ** (3 * uniform())
  const offset = Array.from({ length: 6 }, (_, i) => (i === 0 ? 0.05 : 1) * scale * normal())
  return {
    ...catalogued(elements),
    offset,
    covariance: [...covariance],
    accepted: 1,
    time: elements.epoch + 43_200_000
  }
}

const positionSigma = (estimate: TrackEstimate, time: number): number => {
  const phi = stateOf(estimate, time)?.phi
  if (phi === undefined) throw new Error("no state")
  const [p, half, cube] = [new Float64Array(36), new Float64Array(18), new Float64Array(9)]
  covarianceInto(estimate, time, p)
  multiply(phi, p, 3, 6, 6, half)
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 3; j++) {
      for (let k = 0; k < 6; k++) {
        cube[3 * i + j] = (cube[3 * i + j] ?? 0) + (half[6 * i + k] ?? 0) * (phi[6 * j + k] ?? 0)
      }
    }
  }
  return Math.sqrt(Math.max(...eigenSymmetric(cube, 3).values))
}

describe("spreadAt", () => {
  it.each(orbits.map((elements) => [elements.objectId, elements] as const))(
    "bounds what SGP4 makes of any offset and covariance, over two days: %s",
    (_, elements) => {
      const { reference } = catalogued(elements).linearisation
      for (let seed = 0; seed < 40; seed++) {
        const estimate = random(elements, seed)
        for (const hours of [-20, 0, 1.3, 7, 23.5, 47]) {
          const time = elements.epoch + hours * 3_600_000
          const [there, nominal] = [stateOf(estimate, time)?.state, reference.stateAt(time)]
          if (there === undefined || nominal === undefined) continue
          const { displacement, sigma } = spreadAt(estimate, elements, time)
          expect(norm(subtract(there.position, nominal.position))).toBeLessThanOrEqual(displacement)
          expect(positionSigma(estimate, time)).toBeLessThanOrEqual(sigma)
        }
      }
    }
  )

  it("is tight to a factor of four along the track", () => {
    const estimate = { ...random(polarElements, 1), offset: [10, 0, 0, 0, 0, 300] }
    const time = polarElements.epoch + 86_400_000
    const [there, nominal] = [
      stateOf(estimate, time)?.state,
      catalogued(polarElements).linearisation.reference.stateAt(time)
    ]
    if (there === undefined || nominal === undefined) throw new Error("no state")
    const moved = norm(subtract(there.position, nominal.position))
    expect(spreadAt(estimate, polarElements, time).displacement).toBeLessThan(4 * moved)
  })

  it("counts what the reference was moved by", () => {
    const moved = linearise(perturbed(polarElements, [-20, 100, -50, 30, 40, 2500]))
    if (moved === undefined) throw new Error("no linearisation")
    const estimate = { ...random(polarElements, 2), linearisation: moved, offset: [0, 0, 0, 0, 0, 0] }
    const time = polarElements.epoch + 40_000_000
    const [there, nominal] = [
      moved.reference.stateAt(time),
      catalogued(polarElements).linearisation.reference.stateAt(time)
    ]
    if (there === undefined || nominal === undefined) throw new Error("no state")
    const distance = norm(subtract(there.position, nominal.position))
    expect(distance).toBeGreaterThan(2000)
    expect(spreadAt(estimate, polarElements, time).displacement).toBeGreaterThan(distance)
  })

  it("has no bound on orbits that are very eccentric, and none to speak of where nothing was observed", () => {
    const wide = orbit(2.3, 0.7, 63.4, 0)
    expect(spreadAt({ ...random(wide, 3) }, wide, wide.epoch).displacement).toBe(Infinity)
    expect(spreadAt(catalogued(wide), wide, wide.epoch).displacement).toBe(0)
  })
})
