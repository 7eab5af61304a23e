import { describe, expect, it } from "@effect/vitest"
import { ephemerisEncounter } from "../../../../src/domain/orbit/ephemeris/ephemerisEncounter.ts"
import { numericEphemeris } from "../../../../src/domain/orbit/ephemeris/numericEphemeris.ts"
import { sgp4Ephemeris } from "../../../../src/domain/orbit/ephemeris/sgp4Ephemeris.ts"
import { makeSurroundings } from "../../../../src/domain/orbit/forces/Surroundings.ts"
import { convert } from "../../../../src/domain/orbit/frames/frames.ts"
import type { State } from "../../../../src/domain/orbit/propagation/State.ts"
import type { Orbit } from "../../../../src/domain/orbit/tracking/numeric/Orbit.ts"
import { startOrbit } from "../../../../src/domain/orbit/tracking/numeric/startOrbit.ts"
import { dynamics } from "../../../support/numericTrack.ts"
import { catalogued, polarElements } from "../../../support/trackSimulation.ts"

const hour = 3_600_000
const start = polarElements.epoch
const catalogue = catalogued(polarElements)
const begun = startOrbit(makeSurroundings(), catalogue, start, 0)
if (begun === undefined) throw new Error("no orbit")
const orbit: Orbit = { ...begun, covariance: begun.covariance.map((value) => value / 400) }

const off = (a: State | undefined, b: State | undefined): number =>
  Math.hypot(...[0, 1, 2].map((i) => (a?.position[i] ?? Number.NaN) - (b?.position[i] ?? 0)))

const carried = (from: Orbit, time: number): { readonly state: State; readonly orbit: Orbit } => {
  const there = dynamics.carried(from, time)
  if (there === undefined) throw new Error("no orbit")
  const [x = 0, y = 0, z = 0, vx = 0, vy = 0, vz = 0] = there.orbit.state
  return { state: convert({ position: [x, y, z], velocity: [vx, vy, vz] }, "GCRF", "TEME", time), orbit: there.orbit }
}

const sigma = (covariance: ArrayLike<number>, width: number): number =>
  Math.sqrt((covariance[0] ?? 0) + (covariance[width + 1] ?? 0) + (covariance[2 * width + 2] ?? 0))

describe("numericEphemeris", () => {
  it("is the integrated orbit, whatever was asked before, ahead and back", () => {
    const ephemeris = numericEphemeris(dynamics, "1", orbit)
    const again = numericEphemeris(dynamics, "1", orbit)
    for (const hours of [0, 0.01, 24, 5.3, -3.2, 0.7]) {
      const time = start + hours * hour
      expect(off(ephemeris.stateAt(time), carried(orbit, time).state)).toBeLessThan(0.5)
    }
    for (const hours of [-3.2, 5.3, 0.7]) {
      expect(again.stateAt(start + hours * hour)).toEqual(ephemeris.stateAt(start + hours * hour))
    }
  })

  it("has the covariance that the filter carries", () => {
    const ephemeris = numericEphemeris(dynamics, "1", orbit)
    const out = new Float64Array(36)
    for (const hours of [0, 1.1, 12, 3]) {
      const time = start + hours * hour
      expect(ephemeris.covarianceInto(time, out)).toBe(true)
      expect(sigma(out, 6) / sigma(carried(orbit, time).orbit.covariance, 7)).toBeCloseTo(1, 3)
      for (let i = 0; i < 6; i++) for (let j = 0; j < i; j++) expect(out[6 * i + j]).toBe(out[6 * j + i])
    }
  })

  it("moved to a newer orbit is what a new integration gives, state and covariance", () => {
    const base = numericEphemeris(dynamics, "1", orbit)
    const now = carried(orbit, start + 2 * hour).orbit
    const newer: Orbit = {
      ...now,
      state: now.state.map((value, i) => value + ([40, -60, 30, 0.03, -0.02, 0.05, 0.001][i] ?? 0)),
      covariance: now.covariance.map((value) => value / 9)
    }
    const moved = base.moved(newer)
    const anew = numericEphemeris(dynamics, "1", newer)
    const [a, b] = [new Float64Array(36), new Float64Array(36)]
    for (const hours of [2, 3, 9, 20]) {
      const time = start + hours * hour
      const apart = off(anew.stateAt(time), base.stateAt(time))
      expect(apart).toBeGreaterThan(50)
      expect(off(moved?.stateAt(time), anew.stateAt(time))).toBeLessThan(0.02 * apart + 0.5)
      expect(moved?.covarianceInto(time, a)).toBe(true)
      anew.covarianceInto(time, b)
      expect(sigma(a, 6) / sigma(b, 6)).toBeCloseTo(1, 1)
    }
    const far = { ...newer, state: newer.state.map((value, i) => i === 0 ? value + 5000 : value) }
    expect(base.moved(far)).toBeUndefined()
  })

  it("of an object that nobody observes is the catalogue's, and both kinds meet", () => {
    const untracked = sgp4Ephemeris(catalogue)
    expect(untracked.stateAt(start + hour)).toEqual(catalogue.linearisation.reference.stateAt(start + hour))
    const out = new Float64Array(36)
    expect(untracked.covarianceInto(start + hour, out)).toBe(true)
    expect(sigma(out, 6)).toBeGreaterThan(100)
    const other = catalogued({ ...polarElements, inclination: 1, objectId: "2" })
    const tracked = numericEphemeris(dynamics, "1", orbit)
    const found = Array.from(
      { length: 40 },
      (_, i) => ephemerisEncounter(tracked, sgp4Ephemeris(other), start + i * 300_000, 1_500_000)
    ).find((each) => each !== undefined)
    expect(found?.encounter.missDistance).toBeGreaterThan(0)
    expect(sigma(found?.primaryCovariance ?? [], 6)).toBeGreaterThan(1)
    expect(sigma(found?.secondaryCovariance ?? [], 6)).toBeGreaterThan(100)
  })
})
