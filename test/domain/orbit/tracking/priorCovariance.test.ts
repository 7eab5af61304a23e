import { describe, expect, it } from "@effect/vitest"
import {
  congruence,
  fromRtnCovariance,
  positionBlock,
  toRtnCovariance
} from "../../../../src/domain/orbit/algebra/covariance.ts"
import { bilinear } from "../../../../src/domain/orbit/algebra/vector3.ts"
import { type MeanElements, radiansPerDegree, revPerDay } from "../../../../src/domain/orbit/catalogue/MeanElements.ts"
import { linearise } from "../../../../src/domain/orbit/propagation/Linearisation.ts"
import type { State } from "../../../../src/domain/orbit/propagation/State.ts"
import {
  orbitRegime,
  priorOffsetCovariance,
  priorSigmas
} from "../../../../src/domain/orbit/tracking/priorCovariance.ts"

const leo: MeanElements = {
  objectId: "99901",
  name: "A",
  internationalDesignator: "",
  classification: "U",
  epoch: Date.UTC(2026, 0, 2),
  meanMotion: 14.3 * revPerDay,
  eccentricity: 0.001,
  inclination: 74 * radiansPerDegree,
  rightAscension: 1,
  argumentOfPerigee: 2,
  meanAnomaly: 3,
  bstar: 1e-5,
  meanMotionDot: 0,
  meanMotionDdot: 0,
  elementSetNumber: 1,
  revolutionAtEpoch: 1
}
const lowLeo = { ...leo, meanMotion: 15.7 * revPerDay }
const gps = { ...leo, meanMotion: 2.0056 * revPerDay, inclination: 55 * radiansPerDegree }
const geo = { ...leo, meanMotion: 1.0027 * revPerDay, inclination: 0.1 * radiansPerDegree, eccentricity: 2e-4 }
const molniya = { ...leo, meanMotion: 2.006 * revPerDay, eccentricity: 0.72 }
const retrograde = { ...leo, inclination: 144 * radiansPerDegree }

/** RTN 1-sigmas, averaged over one revolution after `days`. */
const rtnSigmas = (elements: MeanElements, days: number): ReadonlyArray<number> => {
  const linearisation = linearise(elements)
  if (linearisation === undefined) throw new Error("no linearisation")
  const start = elements.epoch + days * 86_400_000
  const prior = priorOffsetCovariance(linearisation, start)
  const sums = [0, 0, 0]
  const [out, phi] = [new Float64Array(6), new Float64Array(36)]
  for (let k = 0; k < 12; k++) {
    const time = start + k / 12 * (2 * Math.PI / elements.meanMotion) * 1000
    linearisation.stateAndPartials(time, out, phi)
    const state = linearisation.reference.stateAt(time)
    if (state === undefined) throw new Error("no state")
    const rtn = toRtnCovariance(state, congruence(phi, prior))
    for (let i = 0; i < 3; i++) sums[i] = (sums[i] ?? 0) + (rtn[7 * i] ?? 0) / 12
  }
  return sums.map(Math.sqrt)
}

describe("priorCovariance", () => {
  it("knows the regimes", () => {
    expect([leo, lowLeo, gps, geo, molniya].map(orbitRegime)).toEqual(["leo", "low-leo", "meo", "geo", "heo"])
  })

  it.each([["LEO", leo], ["low LEO", lowLeo], ["GPS", gps], ["GEO", geo], ["retrograde", retrograde]] as const)(
    "gives %s about the documented sigmas in RTN, at epoch and after three days",
    (_, elements) => {
      const sigmas = priorSigmas(elements)
      for (const days of [0, 3]) {
        const [radial = 0, inTrack = 0, normal = 0] = rtnSigmas(elements, days)
        const expected = Math.hypot(sigmas.inTrack, sigmas.inTrackGrowth * days)
        expect(radial / (sigmas.radial + days * sigmas.radialGrowth)).toBeGreaterThan(0.7)
        expect(radial / (sigmas.radial + days * sigmas.radialGrowth)).toBeLessThan(1.4)
        expect(inTrack / expected).toBeGreaterThan(0.8)
        expect(inTrack / expected).toBeLessThan(1.5)
        expect(normal / (sigmas.normal + days * sigmas.normalGrowth)).toBeGreaterThan(0.7)
        expect(normal / (sigmas.normal + days * sigmas.normalGrowth)).toBeLessThan(1.4)
      }
    }
  )

  it("is diagonal and positive, older is larger, and age counts both ways", () => {
    for (const elements of [leo, lowLeo, gps, geo, molniya, retrograde]) {
      const linearisation = linearise(elements)
      if (linearisation === undefined) throw new Error("no linearisation")
      const at = (days: number) => priorOffsetCovariance(linearisation, elements.epoch + days * 86_400_000)
      for (let i = 0; i < 6; i++) {
        expect(at(0)[7 * i]).toBeGreaterThan(0)
        expect(at(-2)[7 * i]).toBe(at(2)[7 * i])
      }
      expect(at(5)[7]).toBeGreaterThan(at(0)[7] ?? 0)
      expect(at(0).filter((value) => value !== 0)).toHaveLength(6)
    }
  })
})

describe("covariance", () => {
  const state: State = { position: [7e6, 1e5, -2e6], velocity: [100, 7000, 3000] }
  it("goes to RTN and back, and keeps the variance along the position", () => {
    const inertial = new Float64Array(36)
    for (let i = 0; i < 6; i++) for (let j = 0; j < 6; j++) inertial[6 * i + j] = (i === j ? 10 : 1) * (1 + i) * (1 + j)
    const rtn = toRtnCovariance(state, inertial)
    const back = fromRtnCovariance(state, rtn)
    for (let i = 0; i < 36; i++) expect(back[i]).toBeCloseTo(inertial[i] ?? 0, 9)
    const r = Math.hypot(...state.position)
    const along = bilinear(state.position, positionBlock(inertial), state.position) / (r * r)
    expect(rtn[0]).toBeCloseTo(along, 9)
  })
})
