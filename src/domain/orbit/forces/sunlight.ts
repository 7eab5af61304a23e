/** The pressure of sunlight on a sphere, and the Earth's shadow. */
import { wgs84 } from "../frames/Site.ts"

const astronomicalUnit = 149_597_870_700
/** Pressure of sunlight at one astronomical unit, N/m² (1361 W/m²). */
const solarPressure = 4.54e-6
/** Tangent of the Sun's angular radius. */
const sunRadius = 0.004652

/**
 * Acceleration away from the Sun per unit of reflecting area over mass, as a factor of the vector from the Sun: the part of the Sun that
 * the Earth leaves free, from none to all across the penumbra, which widens behind the Earth.
 *
 * In low orbit the penumbra is crossed in some seconds, which would cost an integrator with steps of minutes 6 m a day; it is taken
 * 600 km wide, which leaves the light of a revolution as it is.
 */
export const sunlightOn = (x: number, y: number, z: number, sx: number, sy: number, sz: number): number => {
  const sun2 = sx * sx + sy * sy + sz * sz
  const along = (x * sx + y * sy + z * sz) / Math.sqrt(sun2)
  const pressure = solarPressure * astronomicalUnit * astronomicalUnit / (sun2 * Math.sqrt(sun2))
  if (along >= 0) return pressure
  const aside = Math.sqrt(Math.max(0, x * x + y * y + z * z - along * along))
  const half = Math.max(300_000, -along * sunRadius)
  const free = (aside - wgs84.radius + half) / (2 * half)
  return pressure * Math.min(1, Math.max(0, free))
}
