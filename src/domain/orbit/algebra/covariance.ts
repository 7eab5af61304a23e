/** Six-by-six covariances of position and velocity (row by row): from offsets to states, to RTN axes and back, and whether one can be true. */
import type { State } from "../propagation/State.ts"
import { eigenSymmetric } from "./eigen.ts"
import { rtnBasis } from "./vector3.ts"

/** A C A^T for 6x6 matrices, made exactly symmetric. */
export const congruence = (a: ArrayLike<number>, c: ArrayLike<number>): Float64Array => {
  const half = new Float64Array(36)
  for (let i = 0; i < 6; i++) {
    for (let j = 0; j < 6; j++) {
      let sum = 0
      for (let k = 0; k < 6; k++) sum += (a[6 * i + k] ?? 0) * (c[6 * k + j] ?? 0)
      half[6 * i + j] = sum
    }
  }
  const out = new Float64Array(36)
  for (let i = 0; i < 6; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0
      for (let k = 0; k < 6; k++) sum += (half[6 * i + k] ?? 0) * (a[6 * j + k] ?? 0)
      out[6 * i + j] = sum
      out[6 * j + i] = sum
    }
  }
  return out
}

/** Rotation of position and velocity from the state's (inertial) frame to its RTN axes; transposed for the way back. */
const rotation = (state: State, transposed: boolean): Float64Array => {
  const { x, y, z } = rtnBasis(state)
  const out = new Float64Array(36)
  for (const [i, axis] of [x, y, z].entries()) {
    for (const [j, value] of axis.entries()) {
      const at = transposed ? 6 * j + i : 6 * i + j
      out[at] = value
      out[at + 21] = value
    }
  }
  return out
}

/** An inertial position-velocity covariance along the state's RTN axes (m², m²/s, m²/s²), the axes taken as not turning (CDM). */
export const toRtnCovariance = (state: State, covariance: ArrayLike<number>): Float64Array =>
  congruence(rotation(state, false), covariance)

/** The way back from {@link toRtnCovariance}. */
export const fromRtnCovariance = (state: State, covariance: ArrayLike<number>): Float64Array =>
  congruence(rotation(state, true), covariance)

/** The 3x3 position block. */
export const positionBlock = (covariance: ArrayLike<number>): Float64Array => {
  const out = new Float64Array(9)
  for (let i = 0; i < 3; i++) for (let j = 0; j < 3; j++) out[3 * i + j] = covariance[6 * i + j] ?? 0
  return out
}

/** Why a position covariance cannot be one. */
export type CovarianceFault = "not-finite" | "zero" | "indefinite" | "placeholder"

/** A negative eigenvalue of so small a share of the largest is rounding: an error ellipsoid flat to a 30,000th. */
const roundingShare = 1e-9

/** One Earth radius, m: nothing in orbit is known so badly. */
const placeholderSigma = 6_378_137

/**
 * What is wrong with a 3 x 3 position covariance, m²; `undefined` when it may be true. Zero: an object cannot be known exactly. Indefinite: no
 * Gaussian has it. Placeholder: the United States' catalogue writes a sigma of ten Earth radii where it has no covariance (NASA CARA, CDM_ODQualityAssessment
 * and PcMultiStep in nasa/CARA_Analysis_Tools).
 */
export const covarianceFault = (position: ArrayLike<number>): CovarianceFault | undefined => {
  for (let i = 0; i < 9; i++) if (!Number.isFinite(position[i] ?? Number.NaN)) return "not-finite"
  const variances = [position[0] ?? 0, position[4] ?? 0, position[8] ?? 0]
  if (variances.some((variance) => variance < 0)) return "indefinite"
  if (variances.some((variance) => variance === 0)) return "zero"
  const [least = 0, , most = 0] = eigenSymmetric(position, 3).values
  if (least < -roundingShare * most) return "indefinite"
  return most >= placeholderSigma * placeholderSigma ? "placeholder" : undefined
}
