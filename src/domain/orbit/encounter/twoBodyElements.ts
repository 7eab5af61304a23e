/**
 * Two-body motion by equinoctial elements in an object's own plane, and how a state depends on them.
 *
 * Elements are [n, h, k, p, q, lambda]: mean motion, eccentricity vector, tilt of the plane, mean longitude (Broucke and Cefola 1972), in an
 * object's own units (its semi-major axis, the reciprocal of its mean motion) and axes (radial, transverse, normal at the epoch). So the
 * tilt begins at zero, and no inclination is singular. In these elements a Gaussian error stays Gaussian along the bent orbit, where a
 * Cartesian one does not (Sabol and others 2010).
 *
 * Bound orbits only: `undefined` for others, and for one that falls straight down.
 */
import { components, cross, dot, norm, rtnBasis, scale, subtract } from "../algebra/vector3.ts"
import type { Basis } from "../algebra/vector3.ts"
import { gravitationalParameter } from "../catalogue/MeanElements.ts"
import type { State } from "../propagation/State.ts"

export interface TwoBodyOrbit {
  /** At the epoch. */
  readonly elements: Float64Array
  readonly axes: Basis
  /** m. */
  readonly length: number
  /** s: a period is 2 pi of these. */
  readonly time: number
}

export const twoBodyOrbit = (state: State): TwoBodyOrbit | undefined => {
  const { position, velocity } = state
  const radius = norm(position)
  const momentum = cross(position, velocity)
  const energy = dot(velocity, velocity) / 2 - gravitationalParameter / radius
  if (!(energy < 0) || !(norm(momentum) > 0)) return undefined
  const length = -gravitationalParameter / (2 * energy)
  const axes = rtnBasis(state)
  const eccentricity = subtract(
    scale(cross(velocity, momentum), 1 / gravitationalParameter),
    scale(position, 1 / radius)
  )
  const [k, h] = components(axes, eccentricity)
  const root2 = 1 - h * h - k * k
  if (!(root2 > 1e-12)) return undefined
  const root = Math.sqrt(root2)
  const b = 1 / (1 + root)
  const x = radius / length
  // The object is on its own radial axis: no transverse component.
  const cos = k + (1 - k * k * b) * x / root
  const sin = h - h * k * b * x / root
  const lambda = Math.atan2(sin, cos) + h * cos - k * sin
  return {
    elements: Float64Array.of(1, h, k, 0, 0, lambda),
    axes,
    length,
    time: Math.sqrt(length ** 3 / gravitationalParameter)
  }
}

/** Kepler's equation for the eccentric longitude, by Newton's method. */
const eccentricLongitude = (h: number, k: number, lambda: number): number => {
  let f = lambda
  for (let i = 0; i < 30; i++) {
    const [sin, cos] = [Math.sin(f), Math.cos(f)]
    const step = (f + h * cos - k * sin - lambda) / (1 - h * sin - k * cos)
    f -= step
    if (Math.abs(step) < 1e-14) break
  }
  return f
}

/**
 * State (6, m and m/s, inertial) `seconds` from the epoch of any elements of this orbit's units and axes, into `state`, and its partials by the
 * elements, 6 x 6, into `partials` where given. False where the elements are not those of an ellipse.
 */
export const stateAndPartials = (
  { axes, length, time }: TwoBodyOrbit,
  elements: ArrayLike<number>,
  seconds: number,
  state: Float64Array,
  partials?: Float64Array
): boolean => {
  const [n = 1, h = 0, k = 0, p = 0, q = 0, lambda0 = 0] = [
    elements[0],
    elements[1],
    elements[2],
    elements[3],
    elements[4],
    elements[5]
  ]
  const s2 = 1 - h * h - k * k
  if (!(n > 0) || !(s2 > 0)) return false
  const t = seconds / time
  const s = Math.sqrt(s2)
  const b = 1 / (1 + s)
  const f = eccentricLongitude(h, k, lambda0 + n * t)
  const [sin, cos] = [Math.sin(f), Math.cos(f)]
  const rho = 1 - k * cos - h * sin
  const a = Math.cbrt(1 / (n * n))
  const hkb = h * k * b
  const hhb = 1 - h * h * b
  const kkb = 1 - k * k * b
  // In the plane, in units of a and n a; A and B are the derivatives of X and Y by the eccentric longitude.
  const [x, y] = [hhb * cos + hkb * sin - k, kkb * sin + hkb * cos - h]
  const [da, db] = [hkb * cos - hhb * sin, kkb * cos - hkb * sin]
  const speed = n * a
  const [u, w] = [speed * da / rho, speed * db / rho]
  const d = 1 + p * p + q * q
  const fx = (1 - p * p + q * q) / d, fy = 2 * p * q / d, fz = -2 * p / d
  const gx = fy, gy = (1 + p * p - q * q) / d, gz = 2 * q / d
  const wx = 2 * p / d, wy = -2 * q / d, wz = (1 - p * p - q * q) / d

  const unit = length / time
  const put = (
    out: Float64Array,
    column: number,
    stride: number,
    rx: number,
    ry: number,
    rz: number,
    vx: number,
    vy: number,
    vz: number
  ): void => {
    for (let i = 0; i < 3; i++) {
      out[column + i * stride] = length * ((axes.x[i] ?? 0) * rx + (axes.y[i] ?? 0) * ry + (axes.z[i] ?? 0) * rz)
      out[column + (i + 3) * stride] = unit
        * ((axes.x[i] ?? 0) * vx + (axes.y[i] ?? 0) * vy + (axes.z[i] ?? 0) * vz)
    }
  }
  const [ax, ay] = [a * x, a * y]
  const rx = ax * fx + ay * gx, ry = ax * fy + ay * gy, rz = ax * fz + ay * gz
  const vx = u * fx + w * gx, vy = u * fy + w * gy, vz = u * fz + w * gz
  put(state, 0, 1, rx, ry, rz, vx, vy, vz)
  if (partials === undefined) return true

  const inPlane = (column: number, dx: number, dy: number, du: number, dw: number): void =>
    put(
      partials,
      column,
      6,
      dx * fx + dy * gx,
      dx * fy + dy * gy,
      dx * fz + dy * gz,
      du * fx + dw * gx,
      du * fy + dw * gy,
      du * fz + dw * gz
    )
  // By the mean longitude: the motion itself, two-body acceleration included.
  const pull = -n * n * a / (rho * rho * rho) / n
  const [lx, ly, lu, lw] = [u / n, w / n, pull * x, pull * y]
  inPlane(5, lx, ly, lu, lw)
  inPlane(
    0,
    -2 / 3 * ax / n + t * lx,
    -2 / 3 * ay / n + t * ly,
    u / (3 * n) + t * lu,
    w / (3 * n) + t * lw
  )
  const [bh, bk] = [b * b * h / s, b * b * k / s]
  const [daF, dbF, rhoF] = [-hkb * sin - hhb * cos, -kkb * sin - hkb * cos, k * sin - h * cos]
  const byShape = (
    column: number,
    byF: number,
    xe: number,
    ye: number,
    ae: number,
    be: number,
    rhoE: number
  ): void => {
    const rhoT = rhoE + byF * rhoF
    inPlane(
      column,
      a * (xe + byF * da),
      a * (ye + byF * db),
      speed * (ae + byF * daF - da * rhoT / rho) / rho,
      speed * (be + byF * dbF - db * rhoT / rho) / rho
    )
  }
  const [hhbH, hhbK, kkbH, kkbK] = [2 * h * b + h * h * bh, h * h * bk, k * k * bh, 2 * k * b + k * k * bk]
  const [hkbH, hkbK] = [k * b + h * k * bh, h * b + h * k * bk]
  byShape(
    1,
    -cos / rho,
    -hhbH * cos + hkbH * sin,
    -kkbH * sin + hkbH * cos - 1,
    hkbH * cos + hhbH * sin,
    -kkbH * cos - hkbH * sin,
    -sin
  )
  byShape(
    2,
    sin / rho,
    -hhbK * cos + hkbK * sin - 1,
    -kkbK * sin + hkbK * cos,
    hkbK * cos + hhbK * sin,
    -kkbK * cos - hkbK * sin,
    -cos
  )
  const tilt = 2 / d
  const out = (column: number, alongX: number, alongY: number, sign: number): void => {
    // p turns f by -q g - w and g by q f; q turns f by p g and g by w - p f.
    const [fw, fg, gw, gf] = [sign < 0 ? -1 : 0, alongX, sign < 0 ? 0 : 1, alongY]
    const e = (cx: number, cy: number, i: 0 | 1 | 2): number => {
      const [fi, gi, wi] = i === 0 ? [fx, gx, wx] : i === 1 ? [fy, gy, wy] : [fz, gz, wz]
      return tilt * (cx * (fg * gi + fw * wi) + cy * (gf * fi + gw * wi))
    }
    put(partials, column, 6, e(ax, ay, 0), e(ax, ay, 1), e(ax, ay, 2), e(u, w, 0), e(u, w, 1), e(u, w, 2))
  }
  out(3, -q, q, -1)
  out(4, p, -p, 1)
  return true
}

const swapRows = (m: Float64Array, i: number, j: number): void => {
  for (let c = 0; c < 6; c++) {
    const kept = m[6 * i + c] ?? 0
    m[6 * i + c] = m[6 * j + c] ?? 0
    m[6 * j + c] = kept
  }
}

/** Inverse of a 6 x 6 matrix by elimination with pivots; `undefined` when it has none. */
const inverse6 = (matrix: ArrayLike<number>): Float64Array | undefined => {
  const a = Float64Array.from({ length: 36 }, (_, i) => matrix[i] ?? 0)
  const out = Float64Array.from({ length: 36 }, (_, i) => i % 7 === 0 ? 1 : 0)
  for (let i = 0; i < 6; i++) {
    let best = i
    for (let r = i + 1; r < 6; r++) if (Math.abs(a[6 * r + i] ?? 0) > Math.abs(a[6 * best + i] ?? 0)) best = r
    const pivot = a[6 * best + i] ?? 0
    if (!(Math.abs(pivot) > 0)) return undefined
    swapRows(a, i, best)
    swapRows(out, i, best)
    for (let c = 0; c < 6; c++) {
      a[6 * i + c] = (a[6 * i + c] ?? 0) / pivot
      out[6 * i + c] = (out[6 * i + c] ?? 0) / pivot
    }
    for (let r = 0; r < 6; r++) {
      const factor = a[6 * r + i] ?? 0
      if (r === i || factor === 0) continue
      for (let c = 0; c < 6; c++) {
        a[6 * r + c] = (a[6 * r + c] ?? 0) - factor * (a[6 * i + c] ?? 0)
        out[6 * r + c] = (out[6 * r + c] ?? 0) - factor * (out[6 * i + c] ?? 0)
      }
    }
  }
  return out
}

/** Partials of the elements by the inertial state at the epoch, 6 x 6. */
export const elementPartials = (orbit: TwoBodyOrbit): Float64Array | undefined => {
  const partials = new Float64Array(36)
  const { length, time } = orbit
  if (!stateAndPartials(orbit, orbit.elements, 0, new Float64Array(6), partials)) return undefined
  // Rows brought to the size of one before the inversion, and their columns back after it.
  const rows = (i: number): number => i < 3 ? 1 / length : time / length
  const scaled = Float64Array.from({ length: 36 }, (_, i) => (partials[i] ?? 0) * rows(Math.floor(i / 6)))
  const inverse = inverse6(scaled)
  return inverse?.map((value, i) => value * rows(i % 6))
}
