/**
 * The transition matrix of seven numbers (position, velocity, ballistic coefficient) along an integrated orbit, and the noise gathered on the way.
 *
 * Gravity's gradient by point mass and oblateness, held over parts of a step of 0.07 rad (60 s in low orbit) at the value of its middle: 2e-5 of
 * the matrix a part. The column of the ballistic coefficient comes from the force it has at both ends of the step. What drag changes with the
 * place is left out: 4e-5 of gravity's gradient at 400 km.
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

const gradient = new Float64Array(9)
const square = new Float64Array(9)
const part = new Float64Array(49)
const half = new Float64Array(49)
const middle = new Float64Array(6)
const unit = new Float64Array(3)
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

/** The transition of a part of `h` seconds about {@link middle}, into {@link part}. */
const setPart = (h: number): void => {
  gravityGradient(middle[0] ?? 0, middle[1] ?? 0, middle[2] ?? 0, gradient)
  const h2 = h * h
  part.fill(0)
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 3; j++) {
      let sum = 0
      for (let k = 0; k < 3; k++) sum += (gradient[3 * i + k] ?? 0) * (gradient[3 * k + j] ?? 0)
      square[3 * i + j] = sum
    }
  }
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 3; j++) {
      const one = i === j ? 1 : 0
      const g = gradient[3 * i + j] ?? 0
      const gg = square[3 * i + j] ?? 0
      const diagonal = one + h2 * (g / 2 + h2 * gg / 24)
      part[7 * i + j] = diagonal
      part[7 * i + 24 + j] = diagonal
      part[7 * i + 3 + j] = h * (one + h2 * (g / 6 + h2 * gg / 120))
      part[7 * i + 21 + j] = h * (g + h2 * gg / 6)
    }
    part[7 * i + 6] = h2 / 2 * (unit[i] ?? 0)
    part[7 * i + 27] = h * (unit[i] ?? 0)
  }
  part[48] = 1
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
  for (let i = 0; i < parts; i++) {
    const s = (i + 0.5) / parts
    if (step.short) {
      for (let j = 0; j < 6; j++) middle[j] = ((nodes[j] ?? 0) + (nodes[nodeSize + j] ?? 0)) / 2
      for (let j = 0; j < 3; j++) unit[j] = perUnit[j] ?? 0
    } else {
      quinticHermite(nodes, 0, nodeSize, seconds, s, middle)
      for (let j = 0; j < 3; j++) unit[j] = (1 - s) * (perUnit[j] ?? 0) + s * (perUnit[3 + j] ?? 0)
    }
    setPart(h)
    multiply7(part, transition.phi, half)
    transition.phi.set(half)
    carryCovariance(part, transition.noise, transition.noise)
    setAxes(middle)
    noiseDensity(middle, unit, density)
    addNoise(transition.noise, h)
  }
}
