/**
 * The transition matrix of seven numbers (position, velocity, ballistic coefficient) along an integrated orbit, and the noise gathered on the way.
 *
 * The variation of the orbit, x'' = G x, by the classical method of order 4 over parts of a step of 0.07 rad (60 s in low orbit), G gravity's gradient
 * by point mass and oblateness along the orbit: 1e-3 of the matrix after three hours, most of it the field's other terms. The
 * column of the ballistic coefficient comes from the force it has at both ends of the step. What drag changes with the place is left out:
 * 4e-5 of gravity's gradient at 400 km.
 */
import { gravityGradient } from "../forces/gravityGradient.ts"
import { nodeSize, quinticHermite } from "./hermite.ts"
import { circularRate, type Step } from "./integrate.ts"

export const stateSize = 7

/**
 * White noise that acts on the velocity: fills `out` (4) with its densities along radial, transverse and normal, m²/s³, and that of the walk of the
 * ballistic coefficient, (m²/kg)²/s. `perUnit`: what a coefficient of one adds to the acceleration.
 */
export type NoiseDensity = (state: Float64Array, perUnit: Float64Array, out: Float64Array) => void

/** Both 7 x 7, row by row; `noise` is symmetric. */
export interface Transition {
  readonly phi: Float64Array
  readonly noise: Float64Array
}

export const makeTransition = (): Transition => ({ phi: new Float64Array(49), noise: new Float64Array(49) })

/** No time passed. */
export const resetTransition = ({ noise, phi }: Transition): void => {
  noise.fill(0)
  phi.fill(0)
  for (let i = 0; i < 7; i++) phi[8 * i] = 1
}

const partAngle = 0.07

/** Gravity's gradient at the start, the middle and the end of a part, and what two of them make together. */
const g0 = new Float64Array(9)
const gm = new Float64Array(9)
const g1 = new Float64Array(9)
const early = new Float64Array(9)
const late = new Float64Array(9)
/** Force of a coefficient of one at the same instants. */
const u0 = new Float64Array(3)
const um = new Float64Array(3)
const u1 = new Float64Array(3)
const part = new Float64Array(49)
const half = new Float64Array(49)
const middle = new Float64Array(6)
const end = new Float64Array(6)
const density = new Float64Array(4)
const axes = new Float64Array(9)

/** Radial, transverse and normal unit vectors of a state, as rows. */
const setAxes = (y: Float64Array): void => {
  const x0 = y[0] ?? 0
  const x1 = y[1] ?? 0
  const x2 = y[2] ?? 0
  const v0 = y[3] ?? 0
  const v1 = y[4] ?? 0
  const v2 = y[5] ?? 0
  const r = Math.sqrt(x0 * x0 + x1 * x1 + x2 * x2)
  const h0 = x1 * v2 - x2 * v1
  const h1 = x2 * v0 - x0 * v2
  const h2 = x0 * v1 - x1 * v0
  const h = Math.sqrt(h0 * h0 + h1 * h1 + h2 * h2)
  axes[0] = x0 / r
  axes[1] = x1 / r
  axes[2] = x2 / r
  axes[6] = h0 / h
  axes[7] = h1 / h
  axes[8] = h2 / h
  axes[3] = (h1 * x2 - h2 * x1) / (h * r)
  axes[4] = (h2 * x0 - h0 * x2) / (h * r)
  axes[5] = (h0 * x1 - h1 * x0) / (h * r)
}

const multiply3 = (a: Float64Array, b: Float64Array, out: Float64Array): void => {
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 3; j++) {
      let sum = 0
      for (let k = 0; k < 3; k++) sum += (a[3 * i + k] ?? 0) * (b[3 * k + j] ?? 0)
      out[3 * i + j] = sum
    }
  }
}

/** The transition of `h` seconds from the gradients and forces, into `out`: one step of order 4 for seven columns at once. */
const setPart = (h: number, out: Float64Array): void => {
  multiply3(gm, g0, early)
  multiply3(g1, gm, late)
  const h2 = h * h
  out.fill(0)
  for (let i = 0; i < 3; i++) {
    let [byStart, byMiddle] = [0, 0]
    for (let j = 0; j < 3; j++) {
      const one = i === j ? 1 : 0
      const at = 3 * i + j
      const a = g0[at] ?? 0
      const b = gm[at] ?? 0
      const c = g1[at] ?? 0
      const ab = early[at] ?? 0
      const bc = late[at] ?? 0
      out[7 * i + j] = one + h2 / 6 * (a + 2 * b + h2 / 4 * ab)
      out[7 * i + 3 + j] = h * (one + h2 / 6 * b)
      out[7 * i + 21 + j] = h / 6 * (a + 4 * b + c + h2 / 2 * (ab + bc))
      out[7 * i + 24 + j] = one + h2 / 6 * (2 * b + c + h2 / 4 * bc)
      byStart += b * (u0[j] ?? 0)
      byMiddle += c * (um[j] ?? 0)
    }
    const [v, w, z] = [u0[i] ?? 0, um[i] ?? 0, u1[i] ?? 0]
    out[7 * i + 6] = h2 / 6 * (v + 2 * w + h2 / 4 * byStart)
    out[7 * i + 27] = h / 6 * (v + 4 * w + z + h2 / 2 * (byStart + byMiddle))
  }
  out[48] = 1
}

/** The transition of some seconds of free fall about a position in the middle, 7 x 7. */
export const fallTransition = (x: number, y: number, z: number, seconds: number, out: Float64Array): void => {
  u0.fill(0)
  um.fill(0)
  u1.fill(0)
  gravityGradient(x, y, z, gm)
  g0.set(gm)
  g1.set(gm)
  setPart(seconds, out)
}

/** out = a b for 7 x 7 matrices; the last row of `a` is that of the unit matrix. */
const multiply7 = (a: Float64Array, b: Float64Array, out: Float64Array): void => {
  for (let i = 0; i < 6; i++) {
    for (let j = 0; j < 7; j++) {
      let sum = 0
      for (let k = 0; k < 7; k++) sum += (a[7 * i + k] ?? 0) * (b[7 * k + j] ?? 0)
      out[7 * i + j] = sum
    }
  }
  for (let j = 0; j < 7; j++) out[42 + j] = b[42 + j] ?? 0
}

/** out = a p a' for a symmetric p, symmetric to the bit. `a` as in {@link multiply7}; `out` may be `p`. */
export const carryCovariance = (a: Float64Array, p: Float64Array, out: Float64Array): void => {
  multiply7(a, p, half)
  for (let i = 0; i < 7; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0
      if (j < 6) { for (let k = 0; k < 7; k++) sum += (half[7 * i + k] ?? 0) * (a[7 * j + k] ?? 0) }
      else sum = half[48] ?? 0
      out[7 * i + j] = sum
      out[7 * j + i] = sum
    }
  }
}

/** Adds the noise of a part of `h` seconds. */
const addNoise = (noise: Float64Array, h: number): void => {
  const seconds = Math.abs(h)
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 3; j++) {
      let q = 0
      for (let k = 0; k < 3; k++) q += (density[k] ?? 0) * (axes[3 * k + i] ?? 0) * (axes[3 * k + j] ?? 0)
      q *= seconds
      const cross = q * h / 2
      noise[7 * i + j] = (noise[7 * i + j] ?? 0) + q * h * h / 3
      noise[7 * i + 3 + j] = (noise[7 * i + 3 + j] ?? 0) + cross
      noise[7 * i + 21 + j] = (noise[7 * i + 21 + j] ?? 0) + cross
      noise[7 * i + 24 + j] = (noise[7 * i + 24 + j] ?? 0) + q
    }
  }
  noise[48] = (noise[48] ?? 0) + (density[3] ?? 0) * seconds
}

/** Carries a transition over a step. */
export const extend = (transition: Transition, step: Step, noiseDensity: NoiseDensity): void => {
  const { nodes, perUnit, seconds } = step
  const radius = Math.sqrt((nodes[0] ?? 0) ** 2 + (nodes[1] ?? 0) ** 2 + (nodes[2] ?? 0) ** 2)
  const parts = step.short ? 1 : Math.max(1, Math.ceil(Math.abs(seconds) * circularRate(radius) / partAngle))
  const h = seconds / parts
  gradientAt(nodes, 0, g0)
  for (let j = 0; j < 3; j++) u0[j] = perUnit[j] ?? 0
  for (let i = 0; i < parts; i++) {
    if (step.short) {
      for (let j = 0; j < 6; j++) middle[j] = ((nodes[j] ?? 0) + (nodes[nodeSize + j] ?? 0)) / 2
      gradientAt(nodes, nodeSize, g1)
      um.set(u0)
      u1.set(u0)
    } else {
      quinticHermite(nodes, 0, nodeSize, seconds, (i + 0.5) / parts, middle)
      quinticHermite(nodes, 0, nodeSize, seconds, (i + 1) / parts, end)
      gradientAt(end, 0, g1)
      forceAt(perUnit, (i + 0.5) / parts, um)
      forceAt(perUnit, (i + 1) / parts, u1)
    }
    gradientAt(middle, 0, gm)
    setPart(h, part)
    multiply7(part, transition.phi, half)
    transition.phi.set(half)
    carryCovariance(part, transition.noise, transition.noise)
    setAxes(middle)
    noiseDensity(middle, um, density)
    addNoise(transition.noise, h)
    g0.set(g1)
    u0.set(u1)
  }
}

const gradientAt = (position: Float64Array, offset: number, out: Float64Array): void =>
  gravityGradient(position[offset] ?? 0, position[offset + 1] ?? 0, position[offset + 2] ?? 0, out)

const forceAt = (perUnit: Float64Array, s: number, out: Float64Array): void => {
  for (let j = 0; j < 3; j++) out[j] = (1 - s) * (perUnit[j] ?? 0) + s * (perUnit[3 + j] ?? 0)
}

/** The inverse of a transition: motion under a potential is symplectic, so its blocks stand there already. */
export const inverseTransition = (phi: Float64Array): Float64Array => {
  const out = new Float64Array(49)
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 3; j++) {
      out[7 * i + j] = phi[7 * j + 24 + i] ?? 0
      out[7 * i + 3 + j] = -(phi[7 * j + 3 + i] ?? 0)
      out[7 * i + 21 + j] = -(phi[7 * j + 21 + i] ?? 0)
      out[7 * i + 24 + j] = phi[7 * j + i] ?? 0
    }
  }
  for (let i = 0; i < 6; i++) {
    let sum = 0
    for (let j = 0; j < 6; j++) sum -= (out[7 * i + j] ?? 0) * (phi[7 * j + 6] ?? 0)
    out[7 * i + 6] = sum
  }
  out[48] = 1
  return out
}
