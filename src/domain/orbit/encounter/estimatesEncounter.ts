/** The closest approach of two estimates of any dynamics, and the covariance of both there. */
import type { UtcTime } from "../../time/UtcTime.ts"
import type { Ephemeris } from "../ephemeris/Ephemeris.ts"
import { ephemerisEncounter } from "../ephemeris/ephemerisEncounter.ts"
import { type Estimate, isNumeric } from "../tracking/Estimate.ts"
import { combinedPosition, type TrackEncounter, trackEncounter } from "./trackEncounter.ts"

/**
 * `undefined` as for `trackEncounter`, which serves two estimates by SGP4. Ephemerides may be remembered: the answer is one
 * of the two estimates alone.
 */
export const estimatesEncounter = (
  ephemerisOf: (estimate: Estimate) => Ephemeris,
  a: Estimate,
  b: Estimate,
  guess: UtcTime,
  reachMillis: number
): TrackEncounter | undefined => {
  if (!isNumeric(a) && !isNumeric(b)) return trackEncounter(a, b, guess, reachMillis)
  const found = ephemerisEncounter(ephemerisOf(a), ephemerisOf(b), guess, reachMillis)
  if (found === undefined) return undefined
  const { encounter, primaryCovariance, secondaryCovariance } = found
  return {
    encounter,
    covariances: [primaryCovariance, secondaryCovariance],
    covariance: combinedPosition(primaryCovariance, secondaryCovariance)
  }
}
