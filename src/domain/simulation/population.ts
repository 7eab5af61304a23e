/**
 * A synthetic population of Earth satellites: what flies where, drawn from a seeded stream.
 *
 * Shares follow the real catalogue only roughly; what matters is that every orbit regime is there: LEO shells, sun-synchronous, MEO,
 * geostationary and eccentric orbits.
 */
import type { Random } from "./random.ts"

/** Kepler elements of a mean orbit at its epoch: degrees, revolutions per day. */
interface PopulationMember {
  readonly name: string
  readonly inclination: number
  readonly rightAscension: number
  readonly eccentricity: number
  readonly argumentOfPerigee: number
  readonly meanAnomaly: number
  readonly meanMotion: number
  /** Inverse Earth radii. */
  readonly bstar: number
}

/** km^3/s^2 and km, WGS-72 as SGP4 has them. */
const mu = 398600.8
const earthRadius = 6378.135
const degrees = 180 / Math.PI

/** Revolutions per day at a semi-major axis in km. */
const meanMotionOf = (semiMajorAxis: number): number => Math.sqrt(mu / semiMajorAxis ** 3) * 86400 / (2 * Math.PI)

/** Inclination in degrees of a circular orbit whose node moves with the Sun, from the J2 rate of the node. */
const sunSynchronousInclination = (altitude: number): number => {
  const a = earthRadius + altitude
  const nodeRate = 2 * Math.PI / (365.2422 * 86400)
  const cosine = -nodeRate / (1.5 * 1.08262e-3 * Math.sqrt(mu / a ** 3) * (earthRadius / a) ** 2)
  return Math.acos(cosine) * degrees
}

const shells: ReadonlyArray<readonly [altitude: number, inclination: number]> = [
  [550, 53],
  [780, 86.4],
  [820, 71],
  [975, 82.9],
  [1150, 65.8],
  [1400, 74]
]

const number3 = (index: number): string => String(index + 1).padStart(3, "0")

/** A member of a family of nearly circular orbits. Altitude in km. */
const circular = (
  name: string,
  altitude: number,
  inclination: number,
  bstar: number,
  random: Random
): PopulationMember => ({
  name,
  inclination,
  rightAscension: random.between(0, 360),
  eccentricity: random.between(0.0001, 0.003),
  argumentOfPerigee: random.between(0, 360),
  meanAnomaly: random.between(0, 360),
  meanMotion: meanMotionOf(earthRadius + altitude),
  bstar
})

const geostationary = (index: number, of: number, random: Random): PopulationMember => {
  const rightAscension = random.between(0, 360)
  // Node, perigee and anomaly add to a longitude: even steps of it with some jitter leave no side of the Earth without one.
  const longitude = 360 * index / of + random.between(-1.5, 1.5)
  return {
    name: `SYN GEO ${number3(index)}`,
    inclination: random.between(0.02, 6),
    rightAscension,
    eccentricity: random.between(0.0001, 0.001),
    argumentOfPerigee: 0,
    meanAnomaly: (longitude - rightAscension + 720) % 360,
    meanMotion: random.between(1.0025, 1.0029),
    bstar: 0
  }
}

const eccentric = (index: number, random: Random): PopulationMember => {
  const molniya = index % 2 === 0
  const perigee = molniya ? random.between(600, 1500) : random.between(250, 600)
  const apogee = molniya ? 39_000 : random.between(34_000, 36_000)
  const a = earthRadius + (perigee + apogee) / 2
  return {
    name: `SYN HEO ${number3(index)}`,
    inclination: molniya ? random.between(62.9, 63.9) : random.between(5, 28),
    rightAscension: random.between(0, 360),
    eccentricity: (apogee - perigee) / 2 / a,
    argumentOfPerigee: molniya ? random.between(265, 275) : random.between(0, 360),
    meanAnomaly: random.between(0, 360),
    meanMotion: meanMotionOf(a),
    bstar: 1e-5
  }
}

/**
 * `count` members: 48 % LEO shells, 22 % sun-synchronous, 10 % MEO, 15 % geostationary, the rest eccentric.
 * The geostationary ones are spread so that any place on Earth sees some.
 */
export const population = (count: number, random: Random): ReadonlyArray<PopulationMember> => {
  const share = (part: number) => Math.round(count * part)
  const leo = share(0.48)
  const sunSynchronous = share(0.22)
  const meo = share(0.1)
  const geo = share(0.15)
  const members: Array<PopulationMember> = []
  for (let i = 0; i < leo; i++) {
    const [altitude, inclination] = shells[i % shells.length] ?? [800, 70]
    const name = `SYN LEO ${number3(i)}`
    const height = altitude + random.between(-25, 25)
    members.push(circular(name, height, inclination + random.between(-0.3, 0.3), random.between(1e-5, 3e-4), random))
  }
  for (let i = 0; i < sunSynchronous; i++) {
    const altitude = random.between(520, 860)
    const inclination = sunSynchronousInclination(altitude)
    members.push(circular(`SYN SSO ${number3(i)}`, altitude, inclination, random.between(1e-5, 2e-4), random))
  }
  for (let i = 0; i < meo; i++) {
    const inclination = i % 2 === 0 ? random.between(54, 56.5) : random.between(64, 65.5)
    const altitude = i % 2 === 0 ? random.between(20_150, 20_220) : random.between(19_100, 19_160)
    members.push(circular(`SYN MEO ${number3(i)}`, altitude, inclination, 0, random))
  }
  for (let i = 0; i < geo; i++) members.push(geostationary(i, geo, random))
  for (let i = 0; members.length < count; i++) members.push(eccentric(i, random))
  return members.slice(0, count)
}
