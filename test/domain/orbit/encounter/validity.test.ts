import { describe, expect, it } from "@effect/vitest"
import type { CollisionProbability } from "../../../../src/domain/orbit/encounter/collisionProbability.ts"
import { encounterOf } from "../../../../src/domain/orbit/encounter/encounter.ts"
import {
  assessValidity,
  shortEncounter,
  staleAfter,
  type TrackSupport,
  type ValidityInput,
  type ValidityState
} from "../../../../src/domain/orbit/encounter/validity.ts"

const at = 100 * 3_600_000
const track = (ago: number): TrackSupport => ({ objectId: "2", lastObservation: at - ago })

const encounter = encounterOf(
  0,
  { position: [7e6, 0, 0], velocity: [0, 7500, 0] },
  { position: [7e6 + 100, 0, 0], velocity: [0, 0, 7500] }
)
const probability: CollisionProbability = {
  pc: 1e-4,
  pcMaximum: 2e-4,
  mahalanobisSquared: 4,
  diluted: false,
  sigmaMajor: 400,
  sigmaMinor: 100,
  minorAxis: 0,
  clipped: false
}
const fresh: TrackSupport = { objectId: "1", lastObservation: at - 36_000_000 }
const input: ValidityInput = {
  encounter,
  covariance: [1e4, 0, 0, 0, 2.5e5, 0, 0, 0, 1e4],
  hardBodyRadius: 10,
  probability,
  tracks: [fresh, fresh],
  at
}
const states = (changes: Partial<ValidityInput>): ReadonlyArray<ValidityState> =>
  assessValidity({ ...input, ...changes }).states
const curved = (pc: number) => ({ pc, method: "nc-2d" } as const)

/** The sigma along the relative velocity (45 degrees between y and z) at which a limit is met, and the speed. */
const speed = 7500 * Math.SQRT2
const n = Math.sqrt(3.986008e14 / 7e6 ** 3)
const along = (sigma: number) => [1e4, 0, 0, 0, sigma ** 2, 0, 0, 0, sigma ** 2]
/** n T = 0.1 with T = (3 sigma + 10)/V. */
const turnSigma = (0.1 / n * speed - 10) / 3
/** n² V T³ = 0.1 sigma minor of 100 m. */
const bendSigma = (Math.cbrt(0.1 * 100 / (n * n * speed)) * speed - 10) / 3

type Case = readonly [name: string, changes: Partial<ValidityInput>, states: ReadonlyArray<ValidityState>]

const cases: ReadonlyArray<Case> = [
  ["a fast crossing of two observed objects", {}, ["valid"]],
  ["observed exactly 24 h ago", { tracks: [fresh, track(staleAfter)] }, ["valid"]],
  ["observed a millisecond longer ago", { tracks: [fresh, track(staleAfter + 1)] }, ["stale-track"]],
  ["a message that does not tell", { tracks: [fresh, { objectId: "2", lastObservation: "untold" }] }, ["valid"]],
  ["a covariance that is a model", { tracks: [fresh, { objectId: "2", lastObservation: undefined }] }, ["tle-only"]],
  ["diluted", { probability: { ...probability, diluted: true } }, ["diluted"]],
  ["a covariance that cannot be", { tracks: [{ ...fresh, fault: "zero" }, fresh], probability: undefined }, [
    "invalid-covariance"
  ]],
  ["and nothing is said of a Pc", {
    tracks: [{ ...fresh, fault: "indefinite" }, track(staleAfter + 1)],
    probability: undefined
  }, [
    "invalid-covariance",
    "stale-track"
  ]],
  ["shown to be straight", { curved: "straight", covariance: along(1e5) }, ["valid"]],
  ["a bent Pc just within a tenth above", { curved: curved(1.0999e-4) }, ["valid"]],
  ["just beyond", { curved: curved(1.1001e-4) }, ["nonlinear"]],
  ["just within a tenth below", { curved: curved(0.9001e-4) }, ["valid"]],
  ["just beyond below", { curved: curved(0.8999e-4) }, ["nonlinear"]],
  ["a bent Pc that agrees, however long the encounter", { curved: curved(1e-4), covariance: along(1e6) }, ["valid"]],
  ["both below 1e-10", { probability: { ...probability, pc: 1e-30 }, curved: curved(0.99e-10) }, ["valid"]],
  ["one at 1e-10", { probability: { ...probability, pc: 1e-30 }, curved: curved(1e-10) }, ["nonlinear"]],
  ["no 2-D Pc, a bent one", { probability: undefined, curved: curved(1e-4) }, ["nonlinear"]],
  ["no Pc at all", { probability: undefined }, ["nonlinear"]],
  ["without a bent Pc: a turn just under 0.1 rad", {
    covariance: along(0.999 * turnSigma),
    probability: { ...probability, sigmaMinor: 1e9 }
  }, ["valid"]],
  ["just over", { covariance: along(1.001 * turnSigma), probability: { ...probability, sigmaMinor: 1e9 } }, [
    "nonlinear"
  ]],
  ["a bend just under a tenth of the minor axis", { covariance: along(0.999 * bendSigma) }, ["valid"]],
  ["just over, though the orbits hardly turn", { covariance: along(1.001 * bendSigma) }, ["nonlinear"]]
]

describe("validity", () => {
  it.each(cases)("%s", (_, changes, expected) => expect(states(changes)).toEqual(expected))

  it("the bend's limit lies well within the turn's, so that each half of the test is tried alone", () => {
    expect(bendSigma).toBeLessThan(0.5 * turnSigma)
    const { bend, halfTime, orbitTurn } = shortEncounter({ ...input, covariance: along(500) }, 100)
    expect(halfTime).toBeCloseTo(1510 / speed, 9)
    expect(orbitTurn).toBeCloseTo(n * halfTime, 12)
    expect(bend).toBeCloseTo(n * n * speed * halfTime ** 3, 9)
  })

  it("lists every state that holds, the gravest first, a sentence for each", () => {
    const result = assessValidity({
      ...input,
      probability: { ...probability, diluted: true, clipped: true },
      curved: curved(5e-4),
      tracks: [{ objectId: "1", lastObservation: undefined }, { objectId: "2", lastObservation: 0 }]
    })
    expect(result.validity).toBe("tle-only")
    expect(result.states).toEqual(["tle-only", "nonlinear", "stale-track", "diluted"])
    expect(result.conditions).toEqual([
      "Pc is indicative: the covariance of 1 is a model of element-set error, no observation supports it",
      "the 2-D Pc of 1.00e-4 does not hold on bent paths: 5.00e-4 by nc-2d",
      "no accepted observation of 2 for 100.0 h",
      "a smaller covariance would raise Pc, to 2.00e-4 at most",
      "the covariance is degenerate in the encounter plane: its minor axis was raised to 1e-4 HBR"
    ])
    expect(
      assessValidity({ ...input, probability: undefined, tracks: [{ ...fresh, fault: "zero" }, fresh] }).conditions
    )
      .toEqual(["no Pc: the position covariance of 1 has a variance of zero"])
  })

  it("tells of a suspected manoeuvre, which is no state of its own", () => {
    const result = assessValidity({ ...input, tracks: [fresh, { ...fresh, objectId: "2", manoeuvreSuspected: true }] })
    expect(result.validity).toBe("valid")
    expect(result.conditions).toEqual(["a manoeuvre of 2 is suspected, and not borne out yet"])
    expect(assessValidity({ ...input, tracks: [{ ...fresh, manoeuvreSuspected: false }, fresh] }).conditions).toEqual(
      []
    )
  })
})
