import { describe, expect, it } from "@effect/vitest"
import { Result } from "effect"
import { readFileSync } from "node:fs"
import { decodeCatalogue } from "../../../src/domain/orbit/catalogue/Catalogue.ts"
import { makeScenario } from "../../../src/domain/simulation/scenario.ts"
import { truthConjunctions } from "../../../src/domain/simulation/truth/truthConjunctions.ts"
import { sensors } from "../../support/scenario.ts"
import { testData } from "../../support/sharedData.ts"

const file = testData("catalogue/iridium33_cosmos2251_2009-02-10.3le")
const hour = 3_600_000
const closest = Date.UTC(2009, 1, 10, 16, 55, 59, 796)

describe("Iridium 33 and Cosmos 2251, unperturbed, in the six hours before", () => {
  const catalogue = Result.getOrThrow(decodeCatalogue(readFileSync(file, "utf8"), file))
  const run = makeScenario({
    seed: 1,
    start: closest - 6 * hour,
    durationMillis: 6 * hour,
    catalogue: catalogue.values(),
    sensors,
    perturbation: 0
  })
  const emissions = [...run.emissions]

  it.each(["24946", "22675"])("the default radars see several passes of %s, by more than one radar", (id) => {
    const times = emissions.filter(({ truthObject, wire }) => truthObject === id && wire === "radar")
    const passes = times.filter(({ sendAt, sourceId }, i) => {
      const before = times.slice(0, i).findLast((other) => other.sourceId === sourceId)
      return before === undefined || sendAt - before.sendAt > 20 * 60_000
    })
    expect(passes.length).toBeGreaterThanOrEqual(5)
    expect(new Set(passes.map(({ sourceId }) => sourceId)).size).toBeGreaterThanOrEqual(3)
    expect(times.length).toBeGreaterThan(500)
    expect(closest - (passes.at(-1)?.sendAt ?? 0)).toBeLessThan(3 * hour)
  })

  it("the truth holds SGP4's closest approach: 698.0 m at 16:55:59.796", () => {
    const [found, ...others] = truthConjunctions(run.truth, closest - hour, closest + hour)
    expect(others).toEqual([])
    expect(found?.missDistance).toBeCloseTo(698.0, 1)
    expect(Math.abs((found?.tca ?? 0) - closest)).toBeLessThan(1)
  })
})
