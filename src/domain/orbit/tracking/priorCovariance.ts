/**
 * The start covariance of an object of which only an element set is known, by orbit regime and age.
 *
 * Element sets come without a covariance, so this is a model with round figures, not a measurement. Flohrer, Krag and Klinkrad (AMOS 2008)
 * sort the errors of the catalogue's element sets in the same way, by eccentricity, perigee height and inclination; the sizes here are of the
 * usual order (hundreds of metres at epoch, kilometres for eccentric orbits, in-track the largest) and on the cautious side, since old and
 * manoeuvred objects are in the catalogue too. In-track growth is drag and mean-motion error, strongest where the air is densest.
 *
 * The model is made in offset space (see `equinoctial.ts`), where it is diagonal, and not as a diagonal RTN covariance: a
 * semi-major axis as uncertain as independent radial and velocity errors would make it lets the object run away by tens of kilometres a
 * day. So the semi-major axis gets what the in-track growth allows, eccentricity gets the radial sigma, inclination and node the
 * normal sigma, and mean longitude the rest of the in-track sigma. For eccentric orbits the sigmas are those of an average over
 * the orbit.
 */
import type { UtcTime } from "../../time/UtcTime.ts"
import { zeros } from "../algebra/matrix.ts"
import { earthRadius, type MeanElements, semiMajorAxis } from "../catalogue/MeanElements.ts"
import type { Linearisation } from "../propagation/Linearisation.ts"

export type OrbitRegime = "low-leo" | "leo" | "meo" | "heo" | "geo"

/** 1-sigma at epoch, m, and its growth, m a day. */
export interface PriorSigmas {
  readonly radial: number
  readonly inTrack: number
  readonly normal: number
  readonly radialGrowth: number
  readonly inTrackGrowth: number
  readonly normalGrowth: number
}

const priors: Readonly<Record<OrbitRegime, PriorSigmas>> = {
  "low-leo": { radial: 120, inTrack: 600, normal: 120, radialGrowth: 20, inTrackGrowth: 2000, normalGrowth: 20 },
  leo: { radial: 100, inTrack: 500, normal: 100, radialGrowth: 10, inTrackGrowth: 500, normalGrowth: 10 },
  meo: { radial: 250, inTrack: 800, normal: 250, radialGrowth: 10, inTrackGrowth: 300, normalGrowth: 10 },
  heo: { radial: 1500, inTrack: 4000, normal: 1000, radialGrowth: 100, inTrackGrowth: 2000, normalGrowth: 50 },
  geo: { radial: 400, inTrack: 1200, normal: 200, radialGrowth: 20, inTrackGrowth: 300, normalGrowth: 20 }
}

/**
 * HEO: eccentricity of 0.1 or more. Low LEO: perigee under 500 km, where drag rules. LEO: perigee under 2000 km. GEO: within 1500 km of
 * the geostationary radius. MEO: the rest.
 */
export const orbitRegime = (elements: MeanElements): OrbitRegime => {
  if (elements.eccentricity >= 0.1) return "heo"
  const a = semiMajorAxis(elements)
  const perigee = a * (1 - elements.eccentricity) - earthRadius
  if (perigee < 500e3) return "low-leo"
  if (perigee < 2000e3) return "leo"
  return Math.abs(a - 42_164e3) < 1500e3 ? "geo" : "meo"
}

/** The model's sizes for an element set. */
export const priorSigmas = (elements: MeanElements): PriorSigmas => priors[orbitRegime(elements)]

const dayMillis = 86_400_000

/**
 * Covariance of the offset, m², 6x6 row by row, of an element set first used at `time` (its age counts both ways). Diagonal and positive
 * definite. With Phi of the same linearisation, Phi P Phi^T is the state covariance in TEME; in-track growth with the age comes out of Phi.
 */
export const priorOffsetCovariance = (
  { reference: { elements } }: Pick<Linearisation, "reference">,
  time: UtcTime
): Array<number> => {
  const sigmas = priorSigmas(elements)
  const days = Math.abs(time - elements.epoch) / dayMillis
  const radial = sigmas.radial + sigmas.radialGrowth * days
  const normal = sigmas.normal + sigmas.normalGrowth * days
  // In-track drift is 3/2 n da each second.
  const axis = sigmas.inTrackGrowth / (1.5 * elements.meanMotion * 86_400)
  // Normal displacement is 2 cos²(i/2) a dp; the floor keeps it finite near 180 degrees.
  const tilt = normal / (2 * Math.max(0.05, Math.cos(elements.inclination / 2) ** 2))
  // An eccentricity error already moves the object in-track by twice the radial sigma, a tilt by its sine.
  const known = (2 * radial) ** 2
  const longitude = Math.sqrt(Math.max(sigmas.inTrack ** 2 - known, (sigmas.inTrack / 3) ** 2))
  const covariance = zeros(36)
  covariance[0] = axis * axis
  covariance[7] = radial * radial
  covariance[14] = radial * radial
  covariance[21] = tilt * tilt
  covariance[28] = tilt * tilt
  covariance[35] = longitude * longitude
  return covariance
}
