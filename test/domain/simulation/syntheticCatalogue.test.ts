import { describe, expect, it } from "@effect/vitest"
import { Result } from "effect"
import { semiMajorAxis } from "../../../src/domain/orbit/catalogue/MeanElements.ts"
import { formatTle, readTle } from "../../../src/domain/orbit/catalogue/tle.ts"
import { closestApproach } from "../../../src/domain/orbit/encounter/encounter.ts"
import { makePropagator } from "../../../src/domain/orbit/propagation/Propagator.ts"
import { seededStart } from "../../../src/domain/simulation/scenario.ts"
import { syntheticCatalogue } from "../../../src/domain/simulation/syntheticCatalogue.ts"
import { truthModels, truthOf } from "../../../src/domain/simulation/truth/truth.ts"
import { truthConjunctions } from "../../../src/domain/simulation/truth/truthConjunctions.ts"
import { sensors, synthetic } from "../../support/scenario.ts"

describe("syntheticCatalogue", () => {
  it("is a function of seed and start", () => {
    expect(synthetic(3)).toEqual(synthetic(3))
    expect(synthetic(4)).not.toEqual(synthetic(3))
    expect(synthetic(3, seededStart + 1000)).not.toEqual(synthetic(3))
  })

  it("written as TLE text and read back it is the same, checksums included", () => {
    const { elements } = synthetic(5)
    const text = elements.map((set) => [set.name, ...(formatTle(set) ?? [])].join("\n")).join("\n")
    expect(readTle(text)).toEqual({ elements, problems: [] })
  })

  it("has 300 objects of every regime with numbers of its own, all of which SGP4 can fly", () => {
    const { elements } = synthetic(6)
    expect(elements.map(({ objectId }) => Number(objectId))).toEqual(Array.from({ length: 300 }, (_, i) => 98_001 + i))
    const count = (low: number, high: number) =>
      elements.filter((set) => semiMajorAxis(set) / 1000 >= low && semiMajorAxis(set) / 1000 < high).length
    expect(count(6600, 8500)).toBeGreaterThan(200)
    expect(count(24_000, 27_000)).toBeGreaterThan(25)
    expect(count(42_000, 42_400)).toBe(45)
    expect(elements.filter(({ eccentricity }) => eccentricity > 0.5).length).toBeGreaterThan(8)
    for (const set of elements) {
      const propagator = Result.getOrThrow(makePropagator(set))
      expect(propagator.stateAt(seededStart + 2 * 86_400_000), set.name).toBeDefined()
    }
  })

  it.each(
    [1, 2, 3, 4, 5, 6, 7, 8].flatMap((seed) => truthModels.map((model) => [seed, model] as const))
  )(
    "its pair meets: under 1 km in the catalogue, at 25 m in truth: seed %i, %s",
    (seed, model) => {
      const { elements, planned } = synthetic(seed)
      const pair = elements.filter(({ objectId }) => objectId === planned.primary || objectId === planned.secondary)
      const meeting = (perturbation: number) => {
        const truth = truthOf(pair, { seed, perturbation, planned, model, anchor: seededStart })
        const flight = (id: string) =>
          truth.find((object) => object.elements.objectId === id)?.stateAt ?? (() => undefined)
        return closestApproach(flight(planned.primary), flight(planned.secondary), planned.tca)
      }
      const nominal = meeting(0)
      expect(nominal?.missDistance).toBeLessThan(600)
      expect(nominal?.tca).toBeCloseTo(planned.tca, 1)
      expect(planned.tca - seededStart).toBeGreaterThan(35 * 60_000)
      expect(planned.tca - seededStart).toBeLessThan(45 * 60_000)
      const real = meeting(1)
      expect(real?.missDistance).toBeCloseTo(25, 2)
      expect(Math.abs((real?.tca ?? 0) - planned.tca)).toBeLessThan(1000)
      expect(real?.relativeSpeed).toBeGreaterThan(5000)
    }
  )

  it("screening the true orbits finds the planned conjunction", () => {
    const { elements, planned } = synthetic(7)
    const truth = truthOf(elements, { seed: 7, perturbation: 1, planned, model: "sgp4", anchor: seededStart })
    const events = [...truthConjunctions(truth, seededStart, seededStart + 3_600_000)]
    const found = events.find(({ a, b }) => a === planned.primary && b === planned.secondary)
    expect(found?.missDistance).toBeCloseTo(25, 2)
    expect(events.map(({ tca }) => tca)).toEqual(events.map(({ tca }) => tca).sort((a, b) => a - b))
  })

  it("refuses a count out of range and sensors without a radar", () => {
    for (const count of [0, 1, 1000, 2.5]) {
      expect(Result.isFailure(syntheticCatalogue({ seed: 1, start: seededStart, sensors, count }))).toBe(true)
    }
    const blind = syntheticCatalogue({
      seed: 1,
      start: seededStart,
      sensors: sensors.filter(({ kind }) => kind !== "radar")
    })
    expect(Result.isFailure(blind) && blind.failure.message).toMatch(/needs a radar/)
  })
})
