/**
 * The tests' truth: an orbit integrated in a GRACE field of degree 36 with Sun, Moon, air that bulges and wanders, and sunlight, in GCRF.
 *
 * Nothing of it is `src`'s: other field, other recursion, other precession and nutation, other series of Sun and Moon, other air, other
 * integrator. Burns change the velocity at an instant. Positions between nodes of 60 s are quintic in time, off by 10 µm.
 */
import { bulgedDensity, bulgeLag, wander } from "./air.ts"
import { moon, sun } from "./bodies.ts"
import { equatorOfDate, gcrfToItrf, type Matrix3, rotationAngle, spin } from "./earthAxes.ts"
import { extrapolatedStep } from "./extrapolation.ts"
import { type Field, makeGravity } from "./gravity.ts"

type Vector = readonly [number, number, number]

export interface Burn {
  readonly time: number
  /** m/s along radial, transverse and normal. */
  readonly rtn: Vector
}

export interface TrueOrbitOptions {
  readonly field: Field
  readonly start: number
  readonly end: number
  /** Position m and velocity m/s at the start, in ITRF, the velocity relative to it. */
  readonly itrf: { readonly position: Vector; readonly velocity: Vector }
  /** Drag coefficient and reflectivity times area over mass, m²/kg. */
  readonly drag: number
  readonly light: number
  readonly seed: number
  readonly name: string
  readonly burns?: ReadonlyArray<Burn>
  /** For checks by closed laws: parts to leave out. */
  readonly without?: ReadonlyArray<"bodies" | "air" | "light">
}

export interface TrueOrbit {
  /** Position and velocity in ITRF, the velocity relative to it; only between start and end. */
  readonly itrfAt: (time: number) => { readonly position: Vector; readonly velocity: Vector }
  /** The same in the truth's own GCRF. */
  readonly gcrfAt: (time: number) => Float64Array
}

const nodeSeconds = 60
const au = 149_597_870_700
const gmSun = 1.32712440041e20
const gmMoon = 4.902800118e12
const earthRadius = 6_378_137

const transposed = (m: Matrix3, v: Vector): Vector => {
  const axis = (j: number): number => [0, 1, 2].reduce((sum, i) => sum + (m[3 * i + j] ?? 0) * (v[i] ?? 0), 0)
  return [axis(0), axis(1), axis(2)]
}
const times = (m: Matrix3, v: Vector): Vector => {
  const axis = (i: number): number => [0, 1, 2].reduce((sum, j) => sum + (m[3 * i + j] ?? 0) * (v[j] ?? 0), 0)
  return [axis(0), axis(1), axis(2)]
}

/** The part of the Sun that is free of the Earth, 0 to 1: a linear penumbra. */
const freeSun = (x: number, y: number, z: number, s: Vector, distance: number): number => {
  const along = (x * s[0] + y * s[1] + z * s[2]) / distance
  if (along > 0) return 1
  const aside = Math.sqrt(x * x + y * y + z * z - along * along)
  const width = -along * 0.0046524
  return Math.min(1, Math.max(0, (aside - earthRadius + width) / (2 * width + 1)))
}

export const makeTrueOrbit = (options: TrueOrbitOptions): TrueOrbit => {
  const { burns = [], drag, end, field, itrf, light, name, seed, start, without = [] } = options
  const gravity = makeGravity(field)
  const factor = wander(seed, name)
  const pull = new Float64Array(3)
  const withBodies = !without.includes("bodies")
  const air = without.includes("air") ? 0 : drag
  const shine = without.includes("light") ? 0 : light

  /** The rates in a stretch of a minute, in which the axes, Sun and Moon stand still but for the Earth's turn. */
  const ratesFrom = (epoch: number) => {
    const { matrix: q, origins } = equatorOfDate(epoch)
    const angle = rotationAngle(epoch) + origins
    const s = sun(epoch)
    const m = moon(epoch)
    const distance = Math.hypot(...s)
    const density = factor(epoch)
    const pole: Vector = [q[6] ?? 0, q[7] ?? 0, q[8] ?? 0]
    const bulge = Math.atan2(s[1], s[0]) + bulgeLag
    const level = Math.hypot(s[0], s[1]) / distance
    const apex: Vector = [level * Math.cos(bulge), level * Math.sin(bulge), s[2] / distance]
    // Of the Sun and the Moon: position, GM, and GM over the cube of the distance.
    const bodies = [[s[0], s[1], s[2], gmSun, gmSun / distance ** 3], [
      m[0],
      m[1],
      m[2],
      gmMoon,
      gmMoon / Math.hypot(...m) ** 3
    ]]
      .map((body) => Float64Array.from(body))
    return (t: number, y: Float64Array, out: Float64Array): void => {
      const x = y[0] ?? 0
      const u = y[1] ?? 0
      const z = y[2] ?? 0
      const vx = y[3] ?? 0
      const vy = y[4] ?? 0
      const vz = y[5] ?? 0
      const c = Math.cos(angle + spin * t)
      const n = Math.sin(angle + spin * t)
      const tx = (q[0] ?? 0) * x + (q[1] ?? 0) * u + (q[2] ?? 0) * z
      const ty = (q[3] ?? 0) * x + (q[4] ?? 0) * u + (q[5] ?? 0) * z
      const tz = pole[0] * x + pole[1] * u + pole[2] * z
      gravity(c * tx + n * ty, c * ty - n * tx, tz, pull)
      const gx = pull[0] ?? 0
      const gy = pull[1] ?? 0
      const gz = pull[2] ?? 0
      const ix = c * gx - n * gy
      const iy = n * gx + c * gy
      let ax = (q[0] ?? 0) * ix + (q[3] ?? 0) * iy + pole[0] * gz
      let ay = (q[1] ?? 0) * ix + (q[4] ?? 0) * iy + pole[1] * gz
      let az = (q[2] ?? 0) * ix + (q[5] ?? 0) * iy + pole[2] * gz
      if (withBodies) {
        for (let i = 0; i < 2; i++) {
          const body = bodies[i] ?? y
          const bx = body[0] ?? 0
          const by = body[1] ?? 0
          const bz = body[2] ?? 0
          const far = body[4] ?? 0
          const d2 = (bx - x) * (bx - x) + (by - u) * (by - u) + (bz - z) * (bz - z)
          const near = (body[3] ?? 0) / (d2 * Math.sqrt(d2))
          ax += near * (bx - x) - far * bx
          ay += near * (by - u) - far * by
          az += near * (bz - z) - far * bz
        }
      }
      const r = Math.sqrt(x * x + u * u + z * z)
      if (air > 0) {
        const wx = vx - spin * (pole[1] * z - pole[2] * u)
        const wy = vy - spin * (pole[2] * x - pole[0] * z)
        const wz = vz - spin * (pole[0] * u - pole[1] * x)
        const sine = tz / r
        const height = r - earthRadius * Math.sqrt(1 / (1 + 0.00673949674 * sine * sine))
        const cosine = (apex[0] * x + apex[1] * u + apex[2] * z) / r
        const k = -0.5 * air * density * bulgedDensity(height, cosine) * Math.sqrt(wx * wx + wy * wy + wz * wz)
        ax += k * wx
        ay += k * wy
        az += k * wz
      }
      if (shine > 0) {
        const k = shine * 4.56e-6 * (au / distance) ** 2 * freeSun(x, u, z, s, distance) / distance
        ax += k * (x - s[0])
        ay += k * (u - s[1])
        az += k * (z - s[2])
      }
      out[0] = vx
      out[1] = vy
      out[2] = vz
      out[3] = ax
      out[4] = ay
      out[5] = az
    }
  }

  const first = gcrfToItrf(start)
  const position = transposed(first, itrf.position)
  const [px, py] = itrf.position
  const [ux, uy, uz] = itrf.velocity
  const velocity = transposed(first, [ux - spin * py, uy + spin * px, uz])
  const y = Float64Array.of(...position, ...velocity)
  const count = Math.ceil((end - start) / (1000 * nodeSeconds))
  /** Of each stretch: position, velocity and acceleration at its start and end. */
  const nodes = new Float64Array(18 * count)
  const rate = new Float64Array(6)
  const left = burns.slice().sort((a, b) => a.time - b.time)
  for (let k = 0; k < count; k++) {
    const epoch = start + 1000 * nodeSeconds * k
    for (let burn = left[0]; burn !== undefined && burn.time <= epoch; burn = left[0]) {
      left.shift()
      const [x = 0, u = 0, z = 0, vx = 0, vy = 0, vz = 0] = y
      const r = Math.hypot(x, u, z)
      const h: Vector = [u * vz - z * vy, z * vx - x * vz, x * vy - u * vx]
      const size = Math.hypot(...h)
      const radial: Vector = [x / r, u / r, z / r]
      const normal: Vector = [h[0] / size, h[1] / size, h[2] / size]
      const transverse: Vector = [
        normal[1] * radial[2] - normal[2] * radial[1],
        normal[2] * radial[0] - normal[0] * radial[2],
        normal[0] * radial[1] - normal[1] * radial[0]
      ]
      for (const i of [0, 1, 2] as const) {
        y[3 + i] = (y[3 + i] ?? 0) + burn.rtn[0] * radial[i] + burn.rtn[1] * transverse[i] + burn.rtn[2] * normal[i]
      }
    }
    const rates = ratesFrom(epoch)
    rates(0, y, rate)
    nodes.set(y, 18 * k)
    nodes.set(rate.subarray(3), 18 * k + 6)
    extrapolatedStep(rates, 0, nodeSeconds, y)
    rates(nodeSeconds, y, rate)
    nodes.set(y, 18 * k + 9)
    nodes.set(rate.subarray(3), 18 * k + 15)
  }

  const gcrfAt = (time: number): Float64Array => {
    const k = Math.min(count - 1, Math.max(0, Math.floor((time - start) / (1000 * nodeSeconds))))
    const h = nodeSeconds
    const s = (time - start) / 1000 - k * h
    const at = (i: number): number => nodes[18 * k + i] ?? Number.NaN
    const out = new Float64Array(6)
    for (let i = 0; i < 3; i++) {
      const [x0, v0, a0, x1, v1, a1] = [at(i), at(3 + i), at(6 + i), at(9 + i), at(12 + i), at(15 + i)]
      // The polynomial with the given value, slope and curvature at both ends.
      const dx = x1 - x0 - v0 * h - a0 * h * h / 2
      const dv = v1 - v0 - a0 * h
      const da = a1 - a0
      const c3 = (10 * dx - 4 * dv * h + da * h * h / 2) / h ** 3
      const c4 = (-15 * dx + 7 * dv * h - da * h * h) / h ** 4
      const c5 = (6 * dx - 3 * dv * h + da * h * h / 2) / h ** 5
      out[i] = x0 + s * (v0 + s * (a0 / 2 + s * (c3 + s * (c4 + s * c5))))
      out[3 + i] = v0 + s * (a0 + s * (3 * c3 + s * (4 * c4 + s * 5 * c5)))
    }
    return out
  }

  return {
    gcrfAt,
    itrfAt: (time) => {
      const [x = 0, u = 0, z = 0, vx = 0, vy = 0, vz = 0] = gcrfAt(time)
      const matrix = gcrfToItrf(time)
      const fixed = times(matrix, [x, u, z])
      const moving = times(matrix, [vx, vy, vz])
      return { position: fixed, velocity: [moving[0] + spin * fixed[1], moving[1] - spin * fixed[0], moving[2]] }
    }
  }
}
