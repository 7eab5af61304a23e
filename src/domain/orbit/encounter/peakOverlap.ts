/**
 * The relative motion of two uncertain objects near where they would meet, by orbits that bend.
 *
 * Each object's error is Gaussian in its own two-body elements at the epoch (`twoBodyElements.ts`). For a time, the most probable pair of
 * elements that puts both at one place is found by Gauss-Newton (the peak of their overlap); about it positions are linear in the
 * elements. The mean and covariance of that linear model stand for both objects there: they are right where the collision would happen, not at the
 * two means, which can be tens of kilometres apart along curved paths.
 *
 * Source: D. T. Hall, Expected Collision Rates for Tracked Satellites, Journal of Spacecraft and Rockets 58 (2021) 715-728; the peak overlap
 * is V. T. Coppola's idea (AAS 12-247), curvilinear as Hall extended it.
 */
import type { Vector3 } from "../../observation/Observation.ts"
import { congruence } from "../algebra/covariance.ts"
import { multiplyTransposed } from "../algebra/matrix.ts"
import { bilinear, dot } from "../algebra/vector3.ts"
import type { State } from "../propagation/State.ts"
import { elementPartials, stateAndPartials, type TwoBodyOrbit, twoBodyOrbit } from "./twoBodyElements.ts"

/** An object at the epoch: inertial state, m and m/s, and its covariance, 6 x 6 row by row in the same frame. */
export interface UncertainState {
  readonly state: State
  readonly covariance: ArrayLike<number>
}

/** What the two objects are at an epoch, their errors independent. */
export interface UncertainPair {
  readonly primary: UncertainState
  readonly secondary: UncertainState
}

/** Relative state (secondary minus primary) as the overlap sees it at one time: mean and 6 x 6 covariance, m and m/s. */
export interface RelativeMotion {
  readonly mean: Float64Array
  readonly covariance: Float64Array
  /** Relative velocity of the most probable pair that meets, m/s. */
  readonly meeting: Vector3
  /** Squared Mahalanobis distance of the relative position in three dimensions, and its rate, 1/s. */
  readonly distanceSquared: number
  readonly slope: number
  /** Squared Mahalanobis length of the meeting's velocity, 1/s²: half the curvature of the distance if all went straight on. */
  readonly crossingRate2: number
  /** log of the determinant of the position covariance. */
  readonly logDeterminant: number
}

export interface OverlapModel {
  /** At so many seconds from the epoch; `undefined` where no overlap is found. */
  readonly at: (seconds: number) => RelativeMotion | undefined
  /** The shorter period, s. */
  readonly period: number
  /** Distance of the means, m. */
  readonly distance: (seconds: number) => number
}

interface Side {
  readonly orbit: TwoBodyOrbit
  /** Of the elements. */
  readonly covariance: Float64Array
}

const sideOf = ({ covariance, state }: UncertainState): Side | undefined => {
  const orbit = twoBodyOrbit(state)
  if (orbit === undefined) return undefined
  const partials = elementPartials(orbit)
  return partials === undefined ? undefined : { orbit, covariance: congruence(partials, covariance) }
}

/** Inverse and determinant of a symmetric 3 x 3 block of a 6 x 6 matrix; `undefined` where it is not positive definite. */
const inversePosition = (c: Float64Array, out: Float64Array): number | undefined => {
  const [a = 0, b = 0, d = 0, e = 0, f = 0, g = 0] = [c[0], c[1], c[2], c[7], c[8], c[14]]
  const [ca, cb, cc] = [e * g - f * f, d * f - b * g, b * f - d * e]
  const det = a * ca + b * cb + d * cc
  if (!(a > 0) || !(a * e - b * b > 0) || !(det > 0)) return undefined
  out[0] = ca / det
  out[1] = out[3] = cb / det
  out[2] = out[6] = cc / det
  out[4] = (a * g - d * d) / det
  out[5] = out[7] = (b * d - a * f) / det
  out[8] = (a * e - b * b) / det
  return det
}

const maxIterations = 60
const leastDamping = 0.1
/**
 * Elements are of the size of one. What a step of this leaves of the bend is of its square, 1e-5 m; rounding is below it where the covariance
 * is as long and thin as real ones are.
 */
const settled = 1e-6

export const overlapModel = ({ primary, secondary }: UncertainPair): OverlapModel | undefined => {
  const one = sideOf(primary)
  const two = sideOf(secondary)
  if (one === undefined || two === undefined) return undefined
  const [x1, x2] = [new Float64Array(6), new Float64Array(6)]
  const [j1, j2] = [new Float64Array(36), new Float64Array(36)]
  const [p1j1, p2j2] = [new Float64Array(36), new Float64Array(36)]
  const covariance = new Float64Array(36)
  const mean = new Float64Array(6)
  const inverse = new Float64Array(9)

  /** Linear model about the elements at hand: mean and covariance of the relative state. */
  const linear = (a: Float64Array, b: Float64Array, seconds: number): number | undefined => {
    if (!stateAndPartials(one.orbit, a, seconds, x1, j1) || !stateAndPartials(two.orbit, b, seconds, x2, j2)) {
      return undefined
    }
    for (let i = 0; i < 6; i++) {
      let sum = (x2[i] ?? 0) - (x1[i] ?? 0)
      for (let k = 0; k < 6; k++) {
        sum -= (j2[6 * i + k] ?? 0) * ((b[k] ?? 0) - (two.orbit.elements[k] ?? 0))
          - (j1[6 * i + k] ?? 0) * ((a[k] ?? 0) - (one.orbit.elements[k] ?? 0))
      }
      mean[i] = sum
    }
    multiplyTransposed(one.covariance, j1, 6, 6, 6, p1j1)
    multiplyTransposed(two.covariance, j2, 6, 6, 6, p2j2)
    for (let i = 0; i < 6; i++) {
      for (let j = 0; j <= i; j++) {
        let sum = 0
        for (let k = 0; k < 6; k++) {
          sum += (j1[6 * i + k] ?? 0) * (p1j1[6 * k + j] ?? 0) + (j2[6 * i + k] ?? 0) * (p2j2[6 * k + j] ?? 0)
        }
        covariance[6 * i + j] = sum
        covariance[6 * j + i] = sum
      }
    }
    return inversePosition(covariance, inverse)
  }

  const velocity = (i: number): number => (x2[i] ?? 0) - (x1[i] ?? 0)

  /** Always from the means, so that the answer does not depend on what was asked before. */
  const at = (seconds: number): RelativeMotion | undefined => {
    let [a, b] = [one.orbit.elements, two.orbit.elements]
    let damping = 1
    let last = Infinity
    for (let i = 0; i < maxIterations; i++) {
      const determinant = linear(a, b, seconds)
      if (determinant === undefined) return undefined
      const [rx = 0, ry = 0, rz = 0] = mean
      const pull: Vector3 = [
        (inverse[0] ?? 0) * rx + (inverse[1] ?? 0) * ry + (inverse[2] ?? 0) * rz,
        (inverse[3] ?? 0) * rx + (inverse[4] ?? 0) * ry + (inverse[5] ?? 0) * rz,
        (inverse[6] ?? 0) * rx + (inverse[7] ?? 0) * ry + (inverse[8] ?? 0) * rz
      ]
      const [nextA, nextB] = [new Float64Array(6), new Float64Array(6)]
      let step = 0
      for (let k = 0; k < 6; k++) {
        const row = 6 * k
        const u = (one.orbit.elements[k] ?? 0)
          + (p1j1[row] ?? 0) * pull[0] + (p1j1[row + 1] ?? 0) * pull[1] + (p1j1[row + 2] ?? 0) * pull[2]
        const v = (two.orbit.elements[k] ?? 0)
          - (p2j2[row] ?? 0) * pull[0] - (p2j2[row + 1] ?? 0) * pull[1] - (p2j2[row + 2] ?? 0) * pull[2]
        const [da, db] = [u - (a[k] ?? 0), v - (b[k] ?? 0)]
        step = Math.max(step, Math.abs(da), Math.abs(db))
        nextA[k] = (a[k] ?? 0) + damping * da
        nextB[k] = (b[k] ?? 0) + damping * db
      }
      if (step < settled) {
        // The rate of a minimum is that of its constraint times the multipliers.
        const meeting: Vector3 = [velocity(3), velocity(4), velocity(5)]
        return {
          mean: mean.slice(),
          meeting,
          slope: 2 * dot(meeting, pull),
          crossingRate2: bilinear(meeting, inverse, meeting),
          covariance: covariance.slice(),
          distanceSquared: rx * pull[0] + ry * pull[1] + rz * pull[2],
          logDeterminant: Math.log(determinant)
        }
      }
      if (step > last) damping = Math.max(leastDamping, damping / 2)
      last = step
      a = nextA
      b = nextB
    }
    return undefined
  }
  const distance = (seconds: number): number => {
    stateAndPartials(one.orbit, one.orbit.elements, seconds, x1)
    stateAndPartials(two.orbit, two.orbit.elements, seconds, x2)
    return Math.hypot((x2[0] ?? 0) - (x1[0] ?? 0), (x2[1] ?? 0) - (x1[1] ?? 0), (x2[2] ?? 0) - (x1[2] ?? 0))
  }
  return { at, distance, period: 2 * Math.PI * Math.min(one.orbit.time, two.orbit.time) }
}
