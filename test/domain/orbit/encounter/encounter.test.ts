import { describe, expect, it } from "@effect/vitest"
import { Result } from "effect"
import { dot, norm } from "../../../../src/domain/orbit/algebra/vector3.ts"
import { parseTle } from "../../../../src/domain/orbit/catalogue/tle.ts"
import {
  closestApproach,
  encounterBasis,
  encounterOf,
  type StateFunction
} from "../../../../src/domain/orbit/encounter/encounter.ts"
import { makePropagator } from "../../../../src/domain/orbit/propagation/Propagator.ts"
import * as UtcTime from "../../../../src/domain/time/UtcTime.ts"

const propagator = (line1: string, line2: string) =>
  Result.getOrThrow(
    Result.flatMap(parseTle(line1, line2), (elements) => Result.mapError(makePropagator(elements), String))
  )

// The last public elements before the collision of 2009-02-10.
const iridium = propagator(
  "1 24946U 97051C   09040.78448243  .00000153  00000-0  47668-4 0  4775",
  "2 24946  86.3994 121.7028 0002288  85.1644 274.9812 14.34219863597336"
)
const cosmos = propagator(
  "1 22675U 93036A   09040.49834364 -.00000001  00000-0  95251-5 0  7411",
  "2 22675  74.0355  19.4646 0016027  98.7014 261.5952 14.31135643817415"
)

const still: StateFunction = () => ({ position: [1e12, 0, 0], velocity: [0, 1, 0] })
const moving: StateFunction = (time) => ({
  position: [1e12 + 50, 7000 * (time - 1234.5) / 1000, 0],
  velocity: [0, 7000, 0]
})

describe("encounter", () => {
  it.each([0, -55_000, 40_000, 100_000])("finds Iridium 33 and Cosmos 2251 from a guess %d ms off", (off) => {
    const guess = (UtcTime.parse("2009-02-10T16:56:00Z") ?? 0) + off
    const encounter = closestApproach(iridium.stateAt, cosmos.stateAt, guess)
    expect(Math.abs((encounter?.tca ?? 0) - (UtcTime.parse("2009-02-10T16:55:59.796Z") ?? 0))).toBeLessThan(1)
    expect(encounter?.missDistance).toBeCloseTo(698.0, 0)
    expect((encounter?.relativeSpeed ?? 0) / 1000).toBeCloseTo(11.647, 3)
    expect(norm(encounter?.missRtn ?? [0, 0, 0])).toBeCloseTo(encounter?.missDistance ?? 0, 6)
    // At the closest approach the miss is normal to the relative velocity.
    const cosine = dot(encounter?.missRtn ?? [1, 0, 0], encounter?.relativeVelocityRtn ?? [1, 0, 0])
      / ((encounter?.missDistance ?? 1) * (encounter?.relativeSpeed ?? 1))
    expect(Math.abs(cosine)).toBeLessThan(1e-4)
  })

  it("does not leave its reach and does not report a maximum of distance", () => {
    const guess = UtcTime.parse("2009-02-10T16:56:00Z") ?? 0
    expect(closestApproach(iridium.stateAt, cosmos.stateAt, guess + 300_000, 60_000)).toBeUndefined()
    expect(closestApproach(iridium.stateAt, () => undefined, guess)).toBeUndefined()
  })

  it("gives the miss in the primary's radial, transverse and normal axes", () => {
    const encounter = encounterOf(
      0,
      { position: [7e6, 0, 0], velocity: [0, 7500, 0] },
      { position: [7e6 + 100, 20, -3], velocity: [0, 0, 7500] }
    )
    for (const [i, expected] of [100, 20, -3].entries()) expect(encounter.missRtn[i]).toBeCloseTo(expected, 9)
    for (const [i, expected] of [0, -7500, 7500].entries()) {
      expect(encounter.relativeVelocityRtn[i]).toBeCloseTo(expected, 9)
    }
  })

  it("finds the root of straight motion in one step and exactly", () => {
    expect(closestApproach(still, moving, 0)?.tca).toBeCloseTo(1234.5, 0)
  })

  it("builds right-handed encounter axes, for a miss of zero as well", () => {
    for (const position of [[100, 50, -20], [0, 0, 0]] as const) {
      const basis = encounterBasis([...position], [1000, -7000, 3000])
      if (basis === undefined) throw new Error("no basis")
      expect(dot(basis.x, basis.z)).toBeCloseTo(0, 12)
      expect(dot(basis.y, basis.z)).toBeCloseTo(0, 12)
      for (const axis of [basis.x, basis.y, basis.z]) expect(norm(axis)).toBeCloseTo(1, 12)
    }
    expect(encounterBasis([1, 0, 0], [0, 0, 0])).toBeUndefined()
  })
})
