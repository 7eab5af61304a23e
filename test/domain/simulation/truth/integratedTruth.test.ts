import { describe, expect, it } from "@effect/vitest"
import { Result } from "effect"
import { readFileSync } from "node:fs"
import { decodeCatalogue } from "../../../../src/domain/orbit/catalogue/Catalogue.ts"
import { makeForceModel } from "../../../../src/domain/orbit/forces/ForceModel.ts"
import { convert } from "../../../../src/domain/orbit/frames/frames.ts"
import { integrate } from "../../../../src/domain/orbit/integration/integrate.ts"
import { makePropagator } from "../../../../src/domain/orbit/propagation/Propagator.ts"
import type { State } from "../../../../src/domain/orbit/propagation/State.ts"
import { makeScenario } from "../../../../src/domain/simulation/scenario.ts"
import { truthOf } from "../../../../src/domain/simulation/truth/truth.ts"
import { truthConjunctions } from "../../../../src/domain/simulation/truth/truthConjunctions.ts"
import { scenarioOptions, sensors } from "../../../support/scenario.ts"
import { sharedData } from "../../../support/sharedData.ts"
import { polarElements } from "../../../support/trackSimulation.ts"

const hour = 3_600_000
const off = (a: State | undefined, b: State | undefined): number =>
  Math.hypot(...[0, 1, 2].map((i) => (a?.position[i] ?? Number.NaN) - (b?.position[i] ?? 0)))

describe("integrated truth", () => {
  const anchor = polarElements.epoch + 3 * hour
  const [orbit] = truthOf([polarElements], { seed: 1, perturbation: 0, model: "numeric", anchor })
  const sgp4 = Result.getOrThrow(makePropagator(polarElements))

  it("goes through the element set's state at the anchor, and leaves SGP4 by hundreds of metres on either side", () => {
    expect(off(orbit?.stateAt(anchor), sgp4.stateAt(anchor))).toBeLessThan(1e-3)
    for (const hours of [-3, 3, 12]) {
      const apart = off(orbit?.stateAt(anchor + hours * hour), sgp4.stateAt(anchor + hours * hour))
      expect(apart).toBeGreaterThan(50)
      expect(apart).toBeLessThan(20_000)
    }
  })

  it("moves in another field than the filter's", () => {
    const at = sgp4.stateAt(anchor)
    if (at === undefined) throw new Error("no state")
    const state = convert(at, "TEME", "GCRF", anchor)
    const y = Float64Array.of(...state.position, ...state.velocity)
    integrate(makeForceModel(), y, 0.002, anchor, anchor + 12 * hour)
    const later = convert(orbit?.stateAt(anchor + 12 * hour) ?? at, "TEME", "GCRF", anchor + 12 * hour)
    const apart = Math.hypot(...later.position.map((value, i) => value - (y[i] ?? 0)))
    expect(apart).toBeGreaterThan(3)
    expect(apart).toBeLessThan(2000)
  })

  it("a seed fixes every byte of a scenario of it", () => {
    const bytes = () =>
      Array.from(
        makeScenario({ ...scenarioOptions({ seconds: 5, count: 40 }), truthModel: "numeric" }).emissions,
        ({ bytes }) => Buffer.from(bytes).toString("hex")
      )
    const first = bytes()
    expect(first.length).toBeGreaterThan(10)
    expect(bytes()).toEqual(first)
  })

  const file = sharedData("catalogue/iridium33_cosmos2251_2009-02-10.3le")
  it.skipIf(file === undefined)("the collision of 2009, anchored at its closest approach, keeps SGP4's 698.0 m", () => {
    const closest = Date.UTC(2009, 1, 10, 16, 55, 59, 796)
    const catalogue = Result.getOrThrow(decodeCatalogue(readFileSync(file ?? "", "utf8"), file ?? ""))
    const run = makeScenario({
      seed: 1,
      start: closest - 6 * hour,
      durationMillis: 6 * hour,
      catalogue: catalogue.values(),
      sensors,
      perturbation: 0,
      truthModel: "numeric",
      anchor: closest
    })
    const [found, ...others] = truthConjunctions(run.truth, closest - hour, closest + hour)
    expect(others).toEqual([])
    expect(found?.missDistance).toBeCloseTo(698.0, 0)
    expect(Math.abs((found?.tca ?? 0) - closest)).toBeLessThan(5)
  })
})
