import { describe, expect, it } from "@effect/vitest"
import { encounterOf } from "../../../../src/domain/orbit/encounter/encounter.ts"
import { assessValidity, shortEncounter } from "../../../../src/domain/orbit/encounter/validity.ts"

const track = (hours: number) => ({ objectId: "2", lastObservation: (100 - hours) * 3_600_000 })

describe("validity", () => {
  const encounter = encounterOf(
    0,
    { position: [7e6, 0, 0], velocity: [0, 7500, 0] },
    { position: [7e6 + 100, 0, 0], velocity: [0, 0, 7500] }
  )
  const covariance = [1e4, 0, 0, 0, 2.5e5, 0, 0, 0, 1e4]
  const input = {
    encounter,
    covariance,
    hardBodyRadius: 10,
    probability: {
      pc: 1e-4,
      pcMaximum: 2e-4,
      mahalanobisSquared: 4,
      diluted: false,
      sigmaMajor: 400,
      sigmaMinor: 100,
      clipped: false
    },
    at: 100 * 3_600_000
  }
  const fresh = { objectId: "1", lastObservation: 90 * 3_600_000 }

  it("is valid for a fast crossing of two observed objects", () => {
    expect(assessValidity({ ...input, tracks: [fresh, fresh] })).toEqual({
      validity: "valid",
      states: ["valid"],
      conditions: []
    })
    expect(shortEncounter(input, 100).halfTime).toBeCloseTo((3 * Math.sqrt(1.3e5) + 10) / (7500 * Math.SQRT2), 6)
  })

  it("is stale after 24 h, not at 24 h", () => {
    expect(assessValidity({ ...input, tracks: [fresh, track(24)] }).validity).toBe("valid")
    expect(assessValidity({ ...input, tracks: [fresh, track(24.1)] })).toMatchObject({
      validity: "stale-track",
      conditions: ["no accepted observation of 2 for 24.1 h"]
    })
  })

  it("lists every state that holds, the gravest first", () => {
    const diluted = { ...input.probability, diluted: true, clipped: true }
    const result = assessValidity({
      ...input,
      probability: diluted,
      tracks: [{ objectId: "1", lastObservation: undefined }, { objectId: "2", lastObservation: 0 }]
    })
    expect(result.validity).toBe("tle-only")
    expect(result.states).toEqual(["tle-only", "stale-track", "diluted"])
    expect(result.conditions).toHaveLength(4)
    expect(assessValidity({ ...input, probability: undefined, tracks: [fresh, fresh] }).validity).toBe("nonlinear")
  })
})
