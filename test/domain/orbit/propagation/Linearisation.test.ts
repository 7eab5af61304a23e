import { describe, expect, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { type MeanElements, radiansPerDegree, revPerDay } from "../../../../src/domain/orbit/catalogue/MeanElements.ts"
import { fromEquinoctial, perturbed, toEquinoctial } from "../../../../src/domain/orbit/propagation/equinoctial.ts"
import { linearise } from "../../../../src/domain/orbit/propagation/Linearisation.ts"
import { makePropagator } from "../../../../src/domain/orbit/propagation/Propagator.ts"

const base: MeanElements = {
  objectId: "99901",
  name: "A",
  internationalDesignator: "",
  classification: "U",
  epoch: Date.UTC(2026, 0, 2),
  meanMotion: 15 * revPerDay,
  eccentricity: 0.001,
  inclination: 53 * radiansPerDegree,
  rightAscension: 1,
  argumentOfPerigee: 2,
  meanAnomaly: 3,
  bstar: 1e-4,
  meanMotionDot: 0,
  meanMotionDdot: 0,
  elementSetNumber: 1,
  revolutionAtEpoch: 1
}

const orbits: ReadonlyArray<readonly [string, Partial<MeanElements>]> = [
  ["LEO", {}],
  ["circular LEO", { eccentricity: 5e-5 }],
  ["sun-synchronous", { inclination: 98 * radiansPerDegree, eccentricity: 0.002 }],
  ["strongly retrograde", { inclination: 150 * radiansPerDegree }],
  ["Molniya", { meanMotion: 2.005 * revPerDay, eccentricity: 0.72, inclination: 63.4 * radiansPerDegree }],
  ["GPS", { meanMotion: 2.0056 * revPerDay, eccentricity: 0.005, inclination: 55 * radiansPerDegree }],
  ["GEO", { meanMotion: 1.0027 * revPerDay, eccentricity: 2e-4, inclination: 0.05 * radiansPerDegree }],
  ["equatorial LEO", { inclination: 0 }]
]

/** Five-point differences with another step than the code's: an independent derivative. */
const independent = (elements: MeanElements, time: number, j: number): ReadonlyArray<number> => {
  const at = (step: number) => {
    const offset = [0, 0, 0, 0, 0, 0]
    offset[j] = step
    const out = new Float64Array(6)
    Result.getOrThrow(makePropagator(perturbed(elements, offset))).stateInto(time, out)
    return out
  }
  const h = 75
  const [f1, f2, b1, b2] = [at(h), at(2 * h), at(-h), at(-2 * h)]
  return Array.from(
    { length: 6 },
    (_, i) => (8 * ((f1[i] ?? 0) - (b1[i] ?? 0)) - ((f2[i] ?? 0) - (b2[i] ?? 0))) / (12 * h)
  )
}

describe("equinoctial", () => {
  const angle = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 6.28 }))
  it.prop(
    "round trip of position in the orbit",
    [
      Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 0.9 })),
      Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 3.1 })),
      angle,
      angle,
      angle
    ],
    ([eccentricity, inclination, rightAscension, argumentOfPerigee, meanAnomaly]) => {
      const first = toEquinoctial({
        meanMotion: 1e-3,
        eccentricity,
        inclination,
        rightAscension,
        argumentOfPerigee,
        meanAnomaly
      })
      const back = fromEquinoctial(first)
      const second = toEquinoctial(back)
      expect(back.meanMotion / 1e-3).toBeCloseTo(1, 12)
      expect(back.eccentricity).toBeCloseTo(eccentricity, 12)
      expect(back.inclination).toBeCloseTo(inclination, 12)
      for (const key of ["h", "k", "p", "q"] as const) expect(second[key]).toBeCloseTo(first[key], 9)
      expect(Math.cos(second.lambda - first.lambda)).toBeCloseTo(1, 12)
    }
  )

  it.each(orbits)("a zero offset leaves the state of %s", (_, change) => {
    const elements = { ...base, ...change }
    const time = elements.epoch + 20_000_000
    const a = Result.getOrThrow(makePropagator(elements)).stateAt(time)
    const b = Result.getOrThrow(makePropagator(perturbed(elements, [0, 0, 0, 0, 0, 0]))).stateAt(time)
    for (let i = 0; i < 3; i++) expect(Math.abs((a?.position[i] ?? 0) - (b?.position[i] ?? 9))).toBeLessThan(1e-5)
  })
})

describe("Linearisation", () => {
  it.each(orbits)("partials of %s agree with independent differences", (_, change) => {
    const elements = { ...base, ...change }
    const linearisation = linearise(elements)
    const state = new Float64Array(6)
    const phi = new Float64Array(36)
    for (const hours of [0, 2, 30, -12]) {
      const time = elements.epoch + hours * 3_600_000
      expect(linearisation?.stateAndPartials(time, state, phi)).toBe(true)
      for (let j = 0; j < 6; j++) {
        const expected = independent(elements, time, j)
        const position = Math.hypot(...expected.slice(0, 3))
        const velocity = Math.hypot(...expected.slice(3))
        for (let i = 0; i < 6; i++) {
          const scale = i < 3 ? Math.max(position, 1) : Math.max(velocity, 1e-4)
          expect(Math.abs((phi[6 * i + j] ?? 0) - (expected[i] ?? 0)) / scale).toBeLessThan(2e-4)
        }
      }
    }
  })

  it.each(orbits)("interpolated partials of %s are those of the time itself", (_, change) => {
    const linearisation = linearise({ ...base, ...change })
    for (let i = 0; i < 50; i++) {
      const time = base.epoch + i * 1_234_567.8
      const direct = linearisation?.at(time)
      const found = linearisation?.interpolated(time)
      expect(found?.state).toEqual(direct?.state)
      for (let j = 0; j < 6; j++) {
        const column = Array.from({ length: 6 }, (_, row) => direct?.phi[6 * row + j] ?? Number.NaN)
        const rate = Math.hypot(...(direct?.state.slice(3) ?? [])) / Math.hypot(...(direct?.state.slice(0, 3) ?? []))
        const size = Math.hypot(...column.slice(0, 3)) + Math.hypot(...column.slice(3)) / rate
        for (const [row, value] of column.entries()) {
          const scale = row < 3 ? size : size * rate
          expect(Math.abs((found?.phi[6 * row + j] ?? 0) - value) / scale).toBeLessThan(1e-6)
        }
      }
    }
  })

  it("answers to the bit alike whatever was asked before", () => {
    const times = Array.from({ length: 100 }, (_, i) => base.epoch + ((i * 37) % 100) * 5_432.1)
    const used = linearise(base)
    for (const time of [...times, ...times.toReversed(), ...times]) {
      used?.at(time)
      used?.interpolated(time)
      used?.interpolated(base.epoch)
      if (Math.round(time) % 7 > 0) continue
      const fresh = linearise(base)
      expect(used?.at(time)).toMatchObject({ state: fresh?.at(time)?.state, phi: fresh?.at(time)?.phi })
      expect(used?.interpolated(time)?.phi).toEqual(fresh?.interpolated(time)?.phi)
    }
  })

  it("predicts the state of a moved element set", () => {
    const linearisation = linearise(base)
    const offset = [30, -50, 40, 60, -20, 100]
    const time = base.epoch + 5 * 3_600_000
    const state = new Float64Array(6)
    const phi = new Float64Array(36)
    linearisation?.stateAndPartials(time, state, phi)
    const truth = Result.getOrThrow(makePropagator(perturbed(base, offset))).stateAt(time)
    for (let i = 0; i < 3; i++) {
      const linear = (state[i] ?? 0) + offset.reduce((sum, x, j) => sum + (phi[6 * i + j] ?? 0) * x, 0)
      expect(Math.abs(linear - (truth?.position[i] ?? 0))).toBeLessThan(0.5)
      expect(Math.abs((state[i] ?? 0) - (truth?.position[i] ?? 0))).toBeGreaterThan(0)
    }
  })

  it("is undefined for elements that are no orbit", () => {
    expect(linearise({ ...base, eccentricity: 1.1 })).toBeUndefined()
    // A neighbour 20 m away has an eccentricity over 1.
    expect(linearise({ ...base, eccentricity: 0.9999999 })).toBeUndefined()
  })
})
