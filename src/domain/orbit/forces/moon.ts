/** Where the Moon is: the largest terms of Brown's theory, 5 arcminutes and 500 km, in the mean equator and equinox of J2000. */
import type { Vector3 } from "../../observation/Observation.ts"
import { terrestrialCenturies } from "../../time/leapSeconds.ts"
import type { UtcTime } from "../../time/UtcTime.ts"

const degree = Math.PI / 180
const arcsecond = degree / 3600
const obliquity = 23.43929111 * degree

/**
 * Geocentric position of the Moon, m. Its pull on a satellite is 1e-6 of the Earth's at most, so 1e-3 of it is enough.
 *
 * Source: Montenbruck and Gill, Satellite Orbits (2000), section 3.3.2.
 */
export const moonPosition = (time: UtcTime): Vector3 => {
  const t = terrestrialCenturies(time)
  const mean = (218.31617 + 481_267.88088 * t - 1.3972 * t) * degree
  const l = (134.96292 + 477_198.86753 * t) * degree
  const sun = (357.52543 + 35_999.04944 * t) * degree
  const f = (93.27283 + 483_202.01873 * t) * degree
  const d = (297.85027 + 445_267.11135 * t) * degree
  const { cos, sin } = Math
  const disturbed = arcsecond * (22_640 * sin(l) + 769 * sin(2 * l) - 4586 * sin(l - 2 * d) + 2370 * sin(2 * d)
    - 668 * sin(sun) - 412 * sin(2 * f) - 212 * sin(2 * l - 2 * d) - 206 * sin(l + sun - 2 * d)
    + 192 * sin(l + 2 * d) - 165 * sin(sun - 2 * d) + 148 * sin(l - sun) - 125 * sin(d)
    - 110 * sin(l + sun) - 55 * sin(2 * f - 2 * d))
  const longitude = mean + disturbed
  const latitude = arcsecond * (
    18_520 * sin(f + disturbed + arcsecond * (412 * sin(2 * f) + 541 * sin(sun))) - 526 * sin(f - 2 * d)
    + 44 * sin(l + f - 2 * d) - 31 * sin(-l + f - 2 * d) - 25 * sin(-2 * l + f) - 23 * sin(sun + f - 2 * d)
    + 21 * sin(-l + f) + 11 * sin(-sun + f - 2 * d)
  )
  const distance = 1000 * (385_000 - 20_905 * cos(l) - 3699 * cos(2 * d - l) - 2956 * cos(2 * d) - 570 * cos(2 * l)
    + 246 * cos(2 * l - 2 * d) - 205 * cos(sun - 2 * d) - 171 * cos(l + 2 * d) - 152 * cos(l + sun - 2 * d))
  const [x, y, z] = [cos(latitude) * cos(longitude), cos(latitude) * sin(longitude), sin(latitude)]
  return [
    distance * x,
    distance * (cos(obliquity) * y - sin(obliquity) * z),
    distance * (sin(obliquity) * y + cos(obliquity) * z)
  ]
}
