/**
 * Equinoctial form of SGP4 mean elements, and offsets in it.
 *
 * h = e sin(w + O), k = e cos(w + O), p = tan(i/2) sin O, q = tan(i/2) cos O, l = M + w + O: regular for circular and
 * equatorial orbits, singular only at i = 180 degrees (Broucke and Cefola 1972, direct set). The semi-major axis is Kepler's for the
 * Kozai mean motion and WGS-72.
 *
 * An **offset** is six numbers in metres, so that all are of one size and one covariance fits them: [da, a dh, a dk, a dp, a dq, a dl]
 * with a the semi-major axis of the elements it is added to.
 */
import { gravitationalParameter, type MeanElements, semiMajorAxis } from "../catalogue/MeanElements.ts"

export interface Equinoctial {
  /** Semi-major axis, m. */
  readonly a: number
  readonly h: number
  readonly k: number
  readonly p: number
  readonly q: number
  /** Mean longitude, rad, not reduced to one turn. */
  readonly lambda: number
}

type Shape = Pick<
  MeanElements,
  "meanMotion" | "eccentricity" | "inclination" | "rightAscension" | "argumentOfPerigee" | "meanAnomaly"
>

const twoPi = 2 * Math.PI
const turn = (angle: number): number => {
  const reduced = angle % twoPi
  return reduced < 0 ? reduced + twoPi : reduced
}

export const toEquinoctial = (elements: Shape): Equinoctial => {
  const longitude = elements.argumentOfPerigee + elements.rightAscension
  const slope = Math.tan(elements.inclination / 2)
  return {
    a: semiMajorAxis(elements),
    h: elements.eccentricity * Math.sin(longitude),
    k: elements.eccentricity * Math.cos(longitude),
    p: slope * Math.sin(elements.rightAscension),
    q: slope * Math.cos(elements.rightAscension),
    lambda: elements.meanAnomaly + longitude
  }
}

/** Keplerian form, angles in [0, 2 pi). An eccentricity of 1 or more is possible and is the caller's to refuse. */
export const fromEquinoctial = (elements: Equinoctial): Shape => {
  const longitude = Math.atan2(elements.h, elements.k)
  const rightAscension = Math.atan2(elements.p, elements.q)
  return {
    meanMotion: Math.sqrt(gravitationalParameter / (elements.a * elements.a * elements.a)),
    eccentricity: Math.hypot(elements.h, elements.k),
    inclination: 2 * Math.atan(Math.hypot(elements.p, elements.q)),
    rightAscension: turn(rightAscension),
    argumentOfPerigee: turn(longitude - rightAscension),
    meanAnomaly: turn(elements.lambda - longitude)
  }
}

/** The element set moved by an offset (six metres, see above). Epoch, drag and identity stay. */
export const perturbed = (elements: MeanElements, offset: ArrayLike<number>): MeanElements => {
  const reference = toEquinoctial(elements)
  const { a } = reference
  return {
    ...elements,
    ...fromEquinoctial({
      a: a + (offset[0] ?? 0),
      h: reference.h + (offset[1] ?? 0) / a,
      k: reference.k + (offset[2] ?? 0) / a,
      p: reference.p + (offset[3] ?? 0) / a,
      q: reference.q + (offset[4] ?? 0) / a,
      lambda: reference.lambda + (offset[5] ?? 0) / a
    })
  }
}
