/** The sun as a satellite observer needs it: where it is, whether it lights a satellite, whether it leaves a site in the dark. */
import type { Vector3 } from "../../observation/Observation.ts"
import { terrestrialCenturies } from "../../time/leapSeconds.ts"
import type { UtcTime } from "../../time/UtcTime.ts"
import { greenwichMeanSiderealTime } from "../frames/frames.ts"
import { meanObliquity } from "../frames/nutation.ts"
import { type Site, wgs84 } from "../frames/Site.ts"

const degree = Math.PI / 180
const astronomicalUnit = 149_597_870_700
/** The constant of aberration, 20.49552 arcsecond, times the speed of light: the Earth's mu/h, m/s. */
const circularSpeed = 20.49552 / 3600 * degree * 299_792_458
const eccentricity = 0.016708617
/** Heliocentric longitude of the Earth's perihelion. */
const perihelion = 102.93735 * degree

/** The sun's apparent ecliptic longitude, rad, and distance, m: 0.01 degree between 1950 and 2050 (Vallado, algorithm 29). */
export const sunEcliptic = (time: UtcTime): { readonly longitude: number; readonly distance: number } => {
  const t = terrestrialCenturies(time)
  const anomaly = (357.5291092 + 35_999.05034 * t) * degree
  const mean = (280.46 + 36_000.771 * t) * degree
  return {
    longitude: mean + (1.914666471 * Math.sin(anomaly) + 0.019994643 * Math.sin(2 * anomaly)) * degree,
    distance: (1.000140612 - 0.016708617 * Math.cos(anomaly) - 0.000139589 * Math.cos(2 * anomaly)) * astronomicalUnit
  }
}

/** Position of the sun, m, in the mean equator and equinox of date; 20 arcsecond from TEME's axes at most. */
export const sunPosition = (time: UtcTime): Vector3 => {
  const { distance, longitude } = sunEcliptic(time)
  const obliquity = meanObliquity(terrestrialCenturies(time))
  const sin = Math.sin(longitude) * distance
  return [Math.cos(longitude) * distance, Math.cos(obliquity) * sin, Math.sin(obliquity) * sin]
}

/**
 * Velocity of the Earth about the sun, m/s, in the mean equator and equinox of date, from the sun's longitude and the Earth's eccentricity.
 * Good to 0.1 %, which is 0.02 arcsecond of annual aberration.
 */
export const earthVelocity = (time: UtcTime): Vector3 => {
  const { longitude } = sunEcliptic(time)
  const obliquity = meanObliquity(terrestrialCenturies(time))
  const x = circularSpeed * (Math.sin(longitude) - eccentricity * Math.sin(perihelion))
  const y = circularSpeed * (eccentricity * Math.cos(perihelion) - Math.cos(longitude))
  return [x, y * Math.cos(obliquity), y * Math.sin(obliquity)]
}

/** Whether a satellite at a TEME position (m) is outside the Earth's shadow, taken as a cylinder of the equatorial radius. */
export const isSunlit = (positionTeme: Vector3, time: UtcTime): boolean => {
  const [x, y, z] = positionTeme
  const [sx, sy, sz] = sunPosition(time)
  const along = (x * sx + y * sy + z * sz) / Math.hypot(sx, sy, sz)
  return along >= 0 || x * x + y * y + z * z - along * along > wgs84.radius * wgs84.radius
}

/** Elevation of the sun's centre over a site, rad, without refraction. */
export const sunElevation = (site: Site, time: UtcTime): number => {
  const [x, y, z] = sunPosition(time)
  const turn = greenwichMeanSiderealTime(time) + site.longitude
  const meridian = Math.cos(turn) * x + Math.sin(turn) * y
  return Math.asin((Math.cos(site.latitude) * meridian + Math.sin(site.latitude) * z) / Math.hypot(x, y, z))
}

/** Whether the sun is below `limit` (rad; by default 6 degrees under the horizon) at a site. */
export const isDark = (site: Site, time: UtcTime, limit: number = -6 * degree): boolean =>
  sunElevation(site, time) < limit
