/** The closest approach of two objects by their ephemerides, with the covariance of both there. */
import type { UtcTime } from "../../time/UtcTime.ts"
import { closestApproach, type Encounter } from "../encounter/encounter.ts"
import type { Ephemeris } from "./Ephemeris.ts"

export interface EphemerisEncounter {
  readonly encounter: Encounter
  /** Of position and velocity at the closest approach, TEME, 6 x 6 row by row. */
  readonly primaryCovariance: Float64Array
  readonly secondaryCovariance: Float64Array
}

/** The closest approach within `reachMillis` of a guess; `undefined` when there is none, or one of the objects has no state. */
export const ephemerisEncounter = (
  primary: Ephemeris,
  secondary: Ephemeris,
  guess: UtcTime,
  reachMillis: number
): EphemerisEncounter | undefined => {
  const encounter = closestApproach(primary.stateAt, secondary.stateAt, guess, reachMillis)
  if (encounter === undefined) return undefined
  const primaryCovariance = new Float64Array(36)
  const secondaryCovariance = new Float64Array(36)
  return primary.covarianceInto(encounter.tca, primaryCovariance)
      && secondary.covarianceInto(encounter.tca, secondaryCovariance)
    ? { encounter, primaryCovariance, secondaryCovariance }
    : undefined
}
