import { describe, expect, it } from "@effect/vitest"
import { multiply } from "../../../../src/domain/orbit/algebra/matrix.ts"
import { gravitationalParameter } from "../../../../src/domain/orbit/catalogue/MeanElements.ts"
import {
  elementPartials,
  stateAndPartials,
  twoBodyOrbit
} from "../../../../src/domain/orbit/encounter/twoBodyElements.ts"
import type { State } from "../../../../src/domain/orbit/propagation/State.ts"

const states: ReadonlyArray<readonly [string, State]> = [
  ["low and near circular", { position: [7e6, 1e5, -3e5], velocity: [500, 6200, 4300] }],
  ["retrograde in the equator", { position: [42.1e6, 0, 0], velocity: [0, -3070, 0.1] }],
  ["highly eccentric", { position: [6.8e6, 0, 1e6], velocity: [-900, 9900, 300] }]
]

const orbitOf = (state: State) => {
  const orbit = twoBodyOrbit(state)
  if (orbit === undefined) throw new Error("no orbit")
  return orbit
}

describe("two-body elements", () => {
  it.each(states)("give back the state they were made of, and it again a period later: %s", (_, state) => {
    const orbit = orbitOf(state)
    for (const seconds of [0, 2 * Math.PI * orbit.time]) {
      const out = new Float64Array(6)
      expect(stateAndPartials(orbit, orbit.elements, seconds, out)).toBe(true)
      for (let i = 0; i < 3; i++) {
        expect(out[i]).toBeCloseTo(state.position[i] ?? NaN, 4)
        expect(out[i + 3]).toBeCloseTo(state.velocity[i] ?? NaN, 6)
      }
    }
  })

  it.each(states)("move under gravity alone: %s", (_, state) => {
    const orbit = orbitOf(state)
    const [before, here, after] = [new Float64Array(6), new Float64Array(6), new Float64Array(6)]
    const h = 0.5
    stateAndPartials(orbit, orbit.elements, 1000 - h, before)
    stateAndPartials(orbit, orbit.elements, 1000, here)
    stateAndPartials(orbit, orbit.elements, 1000 + h, after)
    const radius = Math.hypot(here[0] ?? 0, here[1] ?? 0, here[2] ?? 0)
    for (let i = 0; i < 3; i++) {
      expect(((after[i] ?? 0) - (before[i] ?? 0)) / (2 * h)).toBeCloseTo(here[i + 3] ?? NaN, 2)
      expect(((after[i + 3] ?? 0) - (before[i + 3] ?? 0)) / (2 * h))
        .toBeCloseTo(-gravitationalParameter * (here[i] ?? 0) / radius ** 3, 5)
    }
  })

  it.each(states)("partials agree with differences, also for a tilted plane: %s", (_, state) => {
    const orbit = orbitOf(state)
    const tilted = orbit.elements.map((value, i) => value + ([0.01, 0.02, -0.03, 0.04, -0.05, 0.1][i] ?? 0))
    for (const [elements, seconds] of [[orbit.elements, 1234], [tilted, -2000]] as const) {
      const partials = new Float64Array(36)
      stateAndPartials(orbit, elements, seconds, new Float64Array(6), partials)
      for (let j = 0; j < 6; j++) {
        const [up, down] = [new Float64Array(6), new Float64Array(6)]
        const step = 1e-6
        stateAndPartials(orbit, elements.with(j, (elements[j] ?? 0) + step), seconds, up)
        stateAndPartials(orbit, elements.with(j, (elements[j] ?? 0) - step), seconds, down)
        for (let i = 0; i < 6; i++) {
          const size = i < 3 ? orbit.length : orbit.length / orbit.time
          const difference = ((up[i] ?? 0) - (down[i] ?? 0)) / (2 * step)
          expect(Math.abs(difference - (partials[6 * i + j] ?? 0)) / size, `${i} ${j}`).toBeLessThan(2e-8)
        }
      }
    }
  })

  it.each(states)("element partials are the inverse: %s", (_, state) => {
    const orbit = orbitOf(state)
    const partials = new Float64Array(36)
    stateAndPartials(orbit, orbit.elements, 0, new Float64Array(6), partials)
    const product = multiply(elementPartials(orbit) ?? [], partials, 6, 6, 6)
    for (let i = 0; i < 36; i++) expect(product[i]).toBeCloseTo(i % 7 === 0 ? 1 : 0, 9)
  })

  it("are of bound orbits that do not fall straight down", () => {
    expect(twoBodyOrbit({ position: [7e6, 0, 0], velocity: [0, 11_000, 0] })).toBeUndefined()
    expect(twoBodyOrbit({ position: [7e6, 0, 0], velocity: [100, 0, 0] })).toBeUndefined()
  })
})
