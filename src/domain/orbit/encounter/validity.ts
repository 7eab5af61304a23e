/**
 * Whether a Pc may be taken at its word, and why not. Each state's test, in order of precedence:
 *
 * - `invalid-covariance`: a position covariance that no error can have (`covarianceFault`). There is no Pc.
 * - `tle-only`: an object's covariance is a model of its element set's error; no observation supports it. Indicative.
 * - `nonlinear`: the 2-D Pc is off by over a tenth: it was compared with one that allows for bent motion (`curvedProbability.ts`), which stands
 *   in its place. Where that cannot be had, or was not asked for, by the test of the short encounter below. Source of the comparison: NASA CARA's
 *   usage tests of the 2-D Pc (Hall 2021, and PcMultiStep in nasa/CARA_Analysis_Tools).
 * - `stale-track`: no accepted observation of an object for over 24 h (SPEC).
 * - `diluted`: a smaller covariance would raise Pc (Alfano 2005; `collisionProbability.ts`).
 * - `valid`: none of these.
 *
 * **Short encounter.** The relative motion must be straight while the error ellipsoid is crossed. With sigma the combined 1-sigma along
 * the relative velocity, V the relative speed and n = sqrt(mu/r³) at the encounter, the half-time of the crossing is
 * T = (3 sigma + HBR)/V, and the encounter is short when n T <= 0.1 (the orbits turn by under 0.1 rad) and n² V T³ <= 0.1 of the
 * minor axis in the encounter plane (what gravity's gradient bends the path by). Of Alfano's twelve cases (AAS 09-233) it passes 3 and
 * 5, where the 2-D Pc is within 0.5 % of Monte Carlo, and fails the rest: 1, 2, 4, 9, 10, 11 and 12, where it is wrong by 20 % or more or
 * undefined, and 6, 7 and 8, where it happens to be within 5 %.
 */
import type { UtcTime } from "../../time/UtcTime.ts"
import type { CovarianceFault } from "../algebra/covariance.ts"
import { bilinear, norm, scale, subtract } from "../algebra/vector3.ts"
import { gravitationalParameter } from "../catalogue/MeanElements.ts"
import type { CollisionProbability } from "./collisionProbability.ts"
import type { CurvedProbability } from "./curvedProbability.ts"
import type { Encounter } from "./encounter.ts"

/** In order of precedence; the last is the absence of the others. */
export type ValidityState = "invalid-covariance" | "tle-only" | "nonlinear" | "stale-track" | "diluted" | "valid"

/** What an object's covariance rests on. */
export interface TrackSupport {
  readonly objectId: string
  /** Time of the last accepted observation; `undefined` when the covariance is the model of a TLE's; a message may not tell. */
  readonly lastObservation: UtcTime | undefined | "untold"
  /** What is wrong with its position covariance. */
  readonly fault?: CovarianceFault | undefined
  /** Its last observations suggest a manoeuvre, and none of a later pass has borne the new orbit out. */
  readonly manoeuvreSuspected?: boolean
}

export interface ValidityInput {
  readonly encounter: Encounter
  /** Combined position covariance, m², 3x3 row by row, in the frame of the encounter's states. */
  readonly covariance: ArrayLike<number>
  /** Combined, m. */
  readonly hardBodyRadius: number
  readonly probability: CollisionProbability | undefined
  /** Pc of bent motion; `straight`: shown to be that of straight motion; `undefined`: not asked for, or not to be had. */
  readonly curved?: CurvedProbability | "straight" | undefined
  readonly tracks: readonly [TrackSupport, TrackSupport]
  /** Event time against which tracks age. */
  readonly at: UtcTime
}

export interface Validity {
  readonly validity: ValidityState
  /** Every state that holds, in order of precedence; `["valid"]` when none other does. */
  readonly states: ReadonlyArray<ValidityState>
  /** A sentence for each, for people. */
  readonly conditions: ReadonlyArray<string>
}

/** A track without an accepted observation for this long is stale, ms. */
export const staleAfter = 86_400_000

/** The 2-D Pc has failed when it is off by more than this share. */
export const curvedTolerance = 0.1

/** Where neither Pc reaches this there is nothing to tell apart: a thousandth of what merits attention. */
const comparedFrom = 1e-10

/** Whether a 2-D Pc is off from one that allows for bent motion. */
export const differs = (pc: number, curved: number): boolean =>
  Math.max(pc, curved) >= comparedFrom && Math.abs(curved - pc) > curvedTolerance * pc

const faultText: Readonly<Record<CovarianceFault, string>> = {
  "not-finite": "holds what is not a number",
  "zero": "has a variance of zero",
  "indefinite": "is indefinite",
  "placeholder": "is a placeholder: a sigma of an Earth radius or more"
}

/** Half-time of the crossing and what it is measured against. */
export interface ShortEncounter {
  readonly short: boolean
  /** T, s. */
  readonly halfTime: number
  /** n T, rad. */
  readonly orbitTurn: number
  /** n² V T³, m. */
  readonly bend: number
}

/** The documented test. `sigmaMinor` is the minor axis of the covariance in the encounter plane, m. */
export const shortEncounter = (
  { encounter, covariance, hardBodyRadius }: Pick<ValidityInput, "encounter" | "covariance" | "hardBodyRadius">,
  sigmaMinor: number
): ShortEncounter => {
  const { primary, relativeSpeed, secondary } = encounter
  const direction = scale(subtract(secondary.velocity, primary.velocity), 1 / relativeSpeed)
  const along = Math.sqrt(Math.max(0, bilinear(direction, covariance, direction)))
  const halfTime = (3 * along + hardBodyRadius) / relativeSpeed
  const n = Math.sqrt(gravitationalParameter / norm(primary.position) ** 3)
  const orbitTurn = n * halfTime
  const bend = n * n * relativeSpeed * halfTime ** 3
  return { short: orbitTurn <= 0.1 && bend <= 0.1 * sigmaMinor, halfTime, orbitTurn, bend }
}

const longEncounter = (input: ValidityInput, sigmaMinor: number): string | undefined => {
  const { bend, halfTime, orbitTurn, short } = shortEncounter(input, sigmaMinor)
  return short ? undefined : `encounter too long for straight relative motion: half-time ${halfTime.toPrecision(3)} s, `
    + `orbits turn by ${orbitTurn.toPrecision(3)} rad, path bends by ${bend.toPrecision(3)} m`
}

/** Why the 2-D Pc has failed; `undefined` when it holds. */
const nonlinearity = (input: ValidityInput): string | undefined => {
  const { curved, probability } = input
  if (curved !== undefined && curved !== "straight") {
    if (probability === undefined) return "no 2-D Pc: the objects do not move against each other"
    return differs(probability.pc, curved.pc)
      ? `the 2-D Pc of ${probability.pc.toExponential(2)} does not hold on bent paths: ${
        curved.pc.toExponential(2)
      } by ${curved.method}`
      : undefined
  }
  if (probability === undefined) {
    return "no 2-D Pc: the objects do not move against each other, or the covariance is not finite"
  }
  return curved === "straight" ? undefined : longEncounter(input, probability.sigmaMinor)
}

export const assessValidity = (input: ValidityInput): Validity => {
  const { at, probability, tracks } = input
  const found: Array<readonly [ValidityState, string]> = []
  for (const { fault, objectId } of tracks) {
    if (fault !== undefined) {
      found.push(["invalid-covariance", `no Pc: the position covariance of ${objectId} ${faultText[fault]}`])
    }
  }
  const judged = found.length === 0
  const unobserved = tracks.filter(({ lastObservation }) => lastObservation === undefined)
  if (unobserved.length > 0) {
    const ids = unobserved.map(({ objectId }) => objectId).join(" and ")
    found.push([
      "tle-only",
      `Pc is indicative: the covariance of ${ids} is a model of element-set error, no observation supports it`
    ])
  }
  const nonlinear = judged ? nonlinearity(input) : undefined
  if (nonlinear !== undefined) found.push(["nonlinear", nonlinear])
  for (const { lastObservation, objectId } of tracks) {
    if (typeof lastObservation === "number" && at - lastObservation > staleAfter) {
      const hours = (at - lastObservation) / 3_600_000
      found.push(["stale-track", `no accepted observation of ${objectId} for ${hours.toFixed(1)} h`])
    }
  }
  if (judged && probability?.diluted === true) {
    found.push(["diluted", `a smaller covariance would raise Pc, to ${probability.pcMaximum.toExponential(2)} at most`])
  }
  const states = [...new Set(found.map(([state]) => state))]
  const conditions = found.map(([, text]) => text)
  if (judged && probability?.clipped === true) {
    conditions.push("the covariance is degenerate in the encounter plane: its minor axis was raised to 1e-4 HBR")
  }
  for (const { manoeuvreSuspected, objectId } of tracks) {
    if (manoeuvreSuspected === true) conditions.push(`a manoeuvre of ${objectId} is suspected, and not borne out yet`)
  }
  return { validity: states[0] ?? "valid", states: states.length === 0 ? ["valid"] : states, conditions }
}
