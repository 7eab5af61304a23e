/**
 * Sun and Moon in the mean equator and equinox of J2000 by the series of Meeus (Astronomical Algorithms, 2nd ed. 1998, ch. 25 and 47, terms of more
 * than 30 arcsecond or 150 km), carried back from the equinox of date by the general precession.
 */
import { centuries } from "./earthAxes.ts"

const degree = Math.PI / 180
const au = 149_597_870_700

type Vector = readonly [number, number, number]

/** From ecliptic of date: the general precession in longitude takes the equinox back; the ecliptic's own motion is 47 arcsecond a century. */
const equatorial = (longitude: number, latitude: number, distance: number, t: number): Vector => {
  const l = longitude - (5029.0966 * t + 1.11113 * t * t) / 3600 * degree
  const e = 23.4392911 * degree
  const [x, y, z] = [Math.cos(latitude) * Math.cos(l), Math.cos(latitude) * Math.sin(l), Math.sin(latitude)]
  return [
    distance * x,
    distance * (Math.cos(e) * y - Math.sin(e) * z),
    distance * (Math.sin(e) * y + Math.cos(e) * z)
  ]
}

/** m */
export const sun = (time: number): Vector => {
  const t = centuries(time)
  const mean = 280.46646 + 36_000.76983 * t + 0.0003032 * t * t
  const m = (357.52911 + 35_999.05029 * t - 0.0001537 * t * t) * degree
  const e = 0.016708634 - 0.000042037 * t
  const centre = (1.914602 - 0.004817 * t) * Math.sin(m) + (0.019993 - 0.000101 * t) * Math.sin(2 * m)
    + 0.000289 * Math.sin(3 * m)
  const r = 1.000001018 * (1 - e * e) / (1 + e * Math.cos(m + centre * degree))
  return equatorial((mean + centre) * degree, 0, r * au, t)
}

/** D, M, M', F; longitude 1e-6 degree (sine), distance m (cosine). */
const longitudeTerms: ReadonlyArray<ReadonlyArray<number>> = [
  [0, 0, 1, 0, 6_288_774, -20_905_355],
  [2, 0, -1, 0, 1_274_027, -3_699_111],
  [2, 0, 0, 0, 658_314, -2_955_968],
  [0, 0, 2, 0, 213_618, -569_925],
  [0, 1, 0, 0, -185_116, 48_888],
  [0, 0, 0, 2, -114_332, -3149],
  [2, 0, -2, 0, 58_793, 246_158],
  [2, -1, -1, 0, 57_066, -152_138],
  [2, 0, 1, 0, 53_322, -170_733],
  [2, -1, 0, 0, 45_758, -204_586],
  [0, 1, -1, 0, -40_923, -129_620],
  [1, 0, 0, 0, -34_720, 108_743],
  [0, 1, 1, 0, -30_383, 104_755],
  [2, 0, 0, -2, 15_327, 10_321],
  [0, 0, 1, 2, -12_528, 0],
  [0, 0, 1, -2, 10_980, 79_661]
]
const latitudeTerms: ReadonlyArray<ReadonlyArray<number>> = [
  [0, 0, 0, 1, 5_128_122],
  [0, 0, 1, 1, 280_602],
  [0, 0, 1, -1, 277_693],
  [2, 0, 0, -1, 173_237],
  [2, 0, -1, 1, 55_413],
  [2, 0, -1, -1, 46_271],
  [2, 0, 0, 1, 32_573],
  [0, 0, 2, 1, 17_198],
  [2, 0, 1, -1, 9266],
  [0, 0, 2, -1, 8822]
]

/** m */
export const moon = (time: number): Vector => {
  const t = centuries(time)
  const mean = (218.3164477 + 481_267.88123421 * t) * degree
  const angles = [
    297.8501921 + 445_267.1114034 * t,
    357.5291092 + 35_999.0502909 * t,
    134.9633964 + 477_198.8675055 * t,
    93.272095 + 483_202.0175233 * t
  ].map((angle) => angle % 360 * degree)
  const argument = (term: ReadonlyArray<number>): number =>
    angles.reduce((sum, angle, i) => sum + (term[i] ?? 0) * angle, 0)
  let longitude = 0
  let distance = 385_000_560
  let latitude = 0
  for (const term of longitudeTerms) {
    longitude += (term[4] ?? 0) * Math.sin(argument(term))
    distance += (term[5] ?? 0) * Math.cos(argument(term))
  }
  for (const term of latitudeTerms) latitude += (term[4] ?? 0) * Math.sin(argument(term))
  return equatorial(mean + longitude * 1e-6 * degree, latitude * 1e-6 * degree, distance, t)
}
