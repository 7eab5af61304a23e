/** The ephemeris of an estimate, whatever its dynamics. */
import type { NumericEstimate } from "../tracking/numeric/NumericEstimate.ts"
import type { OrbitDynamics } from "../tracking/numeric/OrbitDynamics.ts"
import type { TrackEstimate } from "../tracking/TrackEstimate.ts"
import type { Ephemeris } from "./Ephemeris.ts"
import { numericEphemeris } from "./numericEphemeris.ts"
import { sgp4Ephemeris } from "./sgp4Ephemeris.ts"

/** A numeric track that nobody has observed is its element set. */
export const ephemerisOf = (dynamics: OrbitDynamics, estimate: NumericEstimate | TrackEstimate): Ephemeris => {
  if (!("dynamics" in estimate)) return sgp4Ephemeris(estimate)
  const { catalogue, objectId, orbit } = estimate
  return orbit === undefined ? sgp4Ephemeris(catalogue) : numericEphemeris(dynamics, objectId, orbit)
}
