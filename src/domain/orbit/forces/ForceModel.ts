/**
 * The acceleration of a satellite in GCRF: the Earth's field, Sun and Moon, air and sunlight.
 *
 * Air and sunlight act on one number an object, its **ballistic coefficient** B = Cd A/m (m²/kg): drag is -rho B |v| v / 2 with v relative to
 * the turning air, sunlight acts on the area that goes with it at a drag coefficient of 2.2 and a reflectivity of 1.3. Low down B is what
 * drag makes it and sunlight is noise; high up the air is nothing and B is what sunlight makes it.
 *
 * Not in it: tides, relativity, light from the Earth, 1e-8 m/s² and less.
 *
 * Sources: Montenbruck and Gill, Satellite Orbits (2000), ch. 3; GM of Sun and Moon: DE405.
 */
import type { UtcTime } from "../../time/UtcTime.ts"
import { wgs84 } from "../frames/Site.ts"
import type { Derivative } from "../integration/Derivative.ts"
import { bulgedDensity } from "./atmosphere.ts"
import { egm96, type GravityField, truncated } from "./GravityField.ts"
import { makeHarmonics } from "./harmonics.ts"
import { sunlightOn } from "./sunlight.ts"
import { makeSurroundings, place, type Surroundings, surroundingsSize } from "./Surroundings.ts"

export interface ForceModel {
  readonly surroundings: Surroundings
  /** Degree and order of the field. */
  readonly degree: number
  /** The equation of motion of an object with a ballistic coefficient, time in seconds from an epoch. */
  readonly motion: (epoch: UtcTime, ballistic: number) => Derivative
  /** Fills `out` (6) with the acceleration of a state (6) and its derivative with respect to the ballistic coefficient. */
  readonly accelerations: (time: UtcTime, y: Float64Array, ballistic: number, out: Float64Array) => void
}

export interface ForceOptions {
  /** Degree and order of the field (default 20). */
  readonly degree?: number
  readonly field?: GravityField
  readonly surroundings?: Surroundings
  /** kg/m³ at a height over the ellipsoid, m, and the cosine of the angle to where the air bulges, two hours behind the Sun. */
  readonly densityAt?: (height: number, cosine: number) => number
}

/** The degree that a filter uses unless it is told otherwise. */
export const defaultDegree = 20

const sunParameter = 1.32712440018e20
const moonParameter = 4.9028e12
/** Reflecting area over mass per unit of ballistic coefficient. */
export const reflecting = 1.3 / 2.2
/** Beyond this many Earth radii the terms over degree 10 are under 1e-12 m/s². */
const farRadii = 4
const farDegree = 10
/** The air bulges 30 degrees behind the Sun. */
const lagCosine = Math.cos(Math.PI / 6)
const lagSine = Math.sin(Math.PI / 6)
const flattening = 1 / 298.257223563

export const makeForceModel = (options: ForceOptions = {}): ForceModel => {
  const { degree = defaultDegree, densityAt = bulgedDensity, field = egm96, surroundings = makeSurroundings() } =
    options
  const near = makeHarmonics(truncated(field, degree))
  const far = makeHarmonics(truncated(field, Math.min(degree, farDegree)))
  const farFrom2 = (farRadii * field.radius) ** 2
  const around = new Float64Array(surroundingsSize)
  const fixed = new Float64Array(3)
  const at = (i: number): number => around[i] ?? 0

  /** Fills `out` with the acceleration from `offset`, and what B of one would add from `perUnit` unless that is negative. */
  const evaluate = (
    time: UtcTime,
    y: Float64Array,
    ballistic: number,
    out: Float64Array,
    offset: number,
    perUnit: number
  ): void => {
    surroundings.at(time, around)
    const x0 = y[0] ?? 0
    const x1 = y[1] ?? 0
    const x2 = y[2] ?? 0
    const fx = at(0) * x0 + at(1) * x1 + at(2) * x2
    const fy = at(3) * x0 + at(4) * x1 + at(5) * x2
    const fz = at(6) * x0 + at(7) * x1 + at(8) * x2
    const r2 = x0 * x0 + x1 * x1 + x2 * x2
    const r = Math.sqrt(r2)
    if (r2 > farFrom2) far(fx, fy, fz, fixed)
    else near(fx, fy, fz, fixed)
    const g0 = fixed[0] ?? 0
    const g1 = fixed[1] ?? 0
    const g2 = fixed[2] ?? 0
    let a0 = at(0) * g0 + at(3) * g1 + at(6) * g2
    let a1 = at(1) * g0 + at(4) * g1 + at(7) * g2
    let a2 = at(2) * g0 + at(5) * g1 + at(8) * g2
    for (let body = 0; body < 2; body++) {
      const b0 = at(place.sun + 3 * body)
      const b1 = at(place.sun + 3 * body + 1)
      const b2 = at(place.sun + 3 * body + 2)
      const s2 = b0 * b0 + b1 * b1 + b2 * b2
      const d0 = b0 - x0
      const d1 = b1 - x1
      const d2 = b2 - x2
      const d2s = d0 * d0 + d1 * d1 + d2 * d2
      const mu = body === 0 ? sunParameter : moonParameter
      const direct = mu / (d2s * Math.sqrt(d2s))
      const indirect = mu / (s2 * Math.sqrt(s2))
      a0 += direct * d0 - indirect * b0
      a1 += direct * d1 - indirect * b1
      a2 += direct * d2 - indirect * b2
    }
    // Air, along the velocity relative to it.
    const v0 = (y[3] ?? 0) - at(16) * x2 + at(17) * x1
    const v1 = (y[4] ?? 0) - at(17) * x0 + at(15) * x2
    const v2 = (y[5] ?? 0) - at(15) * x1 + at(16) * x0
    const sine = fz / r
    const height = r - wgs84.radius * (1 - flattening * sine * sine)
    const s0 = at(place.sun)
    const s1 = at(place.sun + 1)
    const s2 = at(place.sun + 2)
    const apex = x0 * (lagCosine * s0 - lagSine * s1) + x1 * (lagSine * s0 + lagCosine * s1) + x2 * s2
    const bulge = apex / (r * Math.sqrt(s0 * s0 + s1 * s1 + s2 * s2))
    const drag = -0.5 * densityAt(height, bulge) * Math.sqrt(v0 * v0 + v1 * v1 + v2 * v2)
    const light = reflecting * sunlightOn(x0, x1, x2, s0, s1, s2)
    const u0 = drag * v0 + light * (x0 - s0)
    const u1 = drag * v1 + light * (x1 - s1)
    const u2 = drag * v2 + light * (x2 - s2)
    out[offset] = a0 + ballistic * u0
    out[offset + 1] = a1 + ballistic * u1
    out[offset + 2] = a2 + ballistic * u2
    if (perUnit < 0) return
    out[perUnit] = u0
    out[perUnit + 1] = u1
    out[perUnit + 2] = u2
  }

  return {
    surroundings,
    degree: Math.min(degree, field.degree),
    motion: (epoch, ballistic) => (t, y, out, offset) => {
      out[offset] = y[3] ?? 0
      out[offset + 1] = y[4] ?? 0
      out[offset + 2] = y[5] ?? 0
      evaluate(epoch + 1000 * t, y, ballistic, out, offset + 3, -1)
    },
    accelerations: (time, y, ballistic, out) => evaluate(time, y, ballistic, out, 0, 3)
  }
}
