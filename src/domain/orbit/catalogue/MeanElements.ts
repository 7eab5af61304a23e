/**
 * SGP4 mean elements of one object, as a TLE or an OMM gives them, in SI units and radians.
 *
 * `meanMotion` is the Kozai mean motion that element sets carry, not the one SGP4 recovers from it. The frame is TEME of date.
 */
import type { UtcTime } from "../../time/UtcTime.ts"

export interface MeanElements {
  /** Catalogue number as decimal text without leading zeros; Alpha-5 `A0001` is `"100001"`. */
  readonly objectId: string
  readonly name: string
  /** COSPAR form, e.g. `1997-051C`; empty when unknown. */
  readonly internationalDesignator: string
  /** `U`, `C` or `S`. */
  readonly classification: string
  readonly epoch: UtcTime
  /** rad/s (Kozai). */
  readonly meanMotion: number
  readonly eccentricity: number
  /** rad. */
  readonly inclination: number
  /** Right ascension of the ascending node, rad. */
  readonly rightAscension: number
  /** rad. */
  readonly argumentOfPerigee: number
  /** rad. */
  readonly meanAnomaly: number
  /** 1/earth radii. */
  readonly bstar: number
  /** rad/s², half of the derivative as element sets print it. SGP4 does not use it. */
  readonly meanMotionDot: number
  /** rad/s³, a sixth of the second derivative as element sets print it. SGP4 does not use it. */
  readonly meanMotionDdot: number
  readonly elementSetNumber: number
  readonly revolutionAtEpoch: number
}

export const radiansPerDegree = Math.PI / 180
const secondsPerDay = 86_400
/** rad/s in one revolution a day; its square and cube serve the derivatives. */
export const revPerDay = (2 * Math.PI) / secondsPerDay
export const revPerDay2 = revPerDay / secondsPerDay
export const revPerDay3 = revPerDay2 / secondsPerDay

/** WGS-72, the constants of SGP4: gravitational parameter m³/s². */
export const gravitationalParameter = 398_600.8e9
/** WGS-72 equatorial radius, m. */
export const earthRadius = 6_378_135

/** Semi-major axis, m, of the Kozai mean motion by Kepler's third law. Differs from SGP4's own by a few kilometres at most. */
export const semiMajorAxis = (elements: Pick<MeanElements, "meanMotion">): number =>
  Math.cbrt(gravitationalParameter / (elements.meanMotion * elements.meanMotion))

/** Orbital period, s. */
export const period = (elements: Pick<MeanElements, "meanMotion">): number => (2 * Math.PI) / elements.meanMotion

interface Implausibility {
  readonly field: "meanMotion" | "eccentricity" | "inclination"
  readonly reason: string
}

/** Which number of an element set cannot be an orbit's, and why, or `undefined` when all can. */
export const implausibility = (elements: MeanElements): Implausibility | undefined => {
  if (!(elements.meanMotion > 0)) return { field: "meanMotion", reason: "is not positive" }
  if (!(elements.eccentricity >= 0 && elements.eccentricity < 1)) {
    return { field: "eccentricity", reason: "is not in [0, 1)" }
  }
  if (!(elements.inclination >= 0 && elements.inclination <= Math.PI)) {
    return { field: "inclination", reason: "is not in [0, 180] degrees" }
  }
  return undefined
}

/** The same in one text. */
export const implausible = (elements: MeanElements): string | undefined => {
  const wrong = implausibility(elements)
  return wrong === undefined ? undefined : `${wrong.field} ${wrong.reason}`
}

/** One record that a reader could not take. `line` counts from 1. */
export interface CatalogueProblem {
  readonly line: number
  readonly reason: string
}

/** What a reader made of a text: the element sets in order, and every record it could not take. */
export interface CatalogueReading {
  readonly elements: ReadonlyArray<MeanElements>
  readonly problems: ReadonlyArray<CatalogueProblem>
}
