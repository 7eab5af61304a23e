/** Precession IAU 1976 and nutation IAU 1980, and the angles they are made of. Arguments are Julian centuries of TT since J2000.0. */
import { nutationTerms } from "./nutationTerms.ts"
import { aboutX, aboutY, aboutZ, multiply, type Rotation } from "./rotation.ts"

const degree = Math.PI / 180
const arcsecond = degree / 3600

/** Nutation in longitude and in obliquity, rad. */
export interface Nutation {
  readonly longitude: number
  readonly obliquity: number
}

/** Mean longitude of the Moon's ascending node, rad. */
const moonNode = (t: number): number => argument(t, 125.04452222, -5, -134.1362608, 0.0020708, 2.2e-6)

/** Mean obliquity of the ecliptic, rad (Lieske 1979). */
export const meanObliquity = (t: number): number =>
  (84_381.448 + t * (-46.815 + t * (-0.00059 + t * 0.001813))) * arcsecond

/** 1997-02-27, from which date on the equation of the equinoxes has its kinematic terms (IERS Technical Note 21). */
const kinematicSince = (50_506 - 51_544.5) / 36_525

/** Apparent minus mean sidereal time, rad, with the two kinematic terms where they apply (0.00264 arcsecond: 9 cm at LEO). */
export const equationOfEquinoxes = (t: number, nutation: Nutation): number => {
  const omega = moonNode(t)
  const kinematic = t < kinematicSince ? 0 : 0.00264 * Math.sin(omega) + 0.000063 * Math.sin(2 * omega)
  return nutation.longitude * Math.cos(meanObliquity(t)) + kinematic * arcsecond
}

/** A Delaunay argument: degrees and degrees per century, reduced to a circle before it loses digits. */
const argument = (t: number, constant: number, circles: number, rate: number, square: number, cube: number): number =>
  ((constant + (circles * t % 1) * 360 + t * (rate + t * (square + t * cube))) % 360) * degree

/** IAU 1980 nutation, all 106 terms, without the observed corrections. About 5 microseconds. */
export const nutation1980 = (t: number): Nutation => {
  const l = argument(t, 134.96298139, 1325, 198.8673981, 0.0086972, 1.78e-5)
  const lPrime = argument(t, 357.52772333, 99, 359.05034, -0.0001603, -3.3e-6)
  const f = argument(t, 93.27191028, 1342, 82.0175381, -0.0036825, 3.1e-6)
  const d = argument(t, 297.85036306, 1236, 307.11148, -0.0019142, 5.3e-6)
  const omega = moonNode(t)
  let longitude = 0
  let obliquity = 0
  for (const term of nutationTerms) {
    const angle = term[0] * l + term[1] * lPrime + term[2] * f + term[3] * d + term[4] * omega
    longitude += (term[5] + term[6] * t) * Math.sin(angle)
    obliquity += (term[7] + term[8] * t) * Math.cos(angle)
  }
  return { longitude: longitude * 1e-4 * arcsecond, obliquity: obliquity * 1e-4 * arcsecond }
}

/** From true of date to mean of date. */
export const nutationRotation = (t: number, nutation: Nutation): Rotation => {
  const mean = meanObliquity(t)
  return multiply(aboutX(-mean), multiply(aboutZ(nutation.longitude), aboutX(mean + nutation.obliquity)))
}

/** From mean of date to mean of J2000.0. */
export const precessionRotation = (t: number): Rotation => {
  const zeta = t * (2306.2181 + t * (0.30188 + t * 0.017998)) * arcsecond
  const theta = t * (2004.3109 + t * (-0.42665 - t * 0.041833)) * arcsecond
  const z = t * (2306.2181 + t * (1.09468 + t * 0.018203)) * arcsecond
  return multiply(aboutZ(zeta), multiply(aboutY(-theta), aboutZ(z)))
}
