/** The ephemeris of an estimate, whatever its dynamics. */
import { type Estimate, isNumeric } from "../tracking/Estimate.ts"
import type { OrbitDynamics } from "../tracking/numeric/OrbitDynamics.ts"
import type { Ephemeris } from "./Ephemeris.ts"
import { numericEphemeris } from "./numericEphemeris.ts"
import { sgp4Ephemeris } from "./sgp4Ephemeris.ts"

/** A numeric track that nobody has observed is its element set. */
export const ephemerisOf = (dynamics: OrbitDynamics, estimate: Estimate): Ephemeris => {
  if (!isNumeric(estimate)) return sgp4Ephemeris(estimate)
  const { catalogue, objectId, orbit } = estimate
  return orbit === undefined ? sgp4Ephemeris(catalogue) : numericEphemeris(dynamics, objectId, orbit)
}
