/**
 * A cheap bound on what bent paths can do to a 2-D Pc, so that the dear methods run only where they can matter.
 *
 * The 2-D Pc takes both paths as straight and the error as what it is at the closest approach. Where the objects would most probably meet, each is
 * displaced by s (its share of the miss, C_i C^-1 r) and has moved for the time of the meeting and of the crossing; over such a distance D an
 * orbit falls D²/2r away from its tangent. The sum of both falls, in the worst direction, changes half the squared Mahalanobis distance by at
 * most |C^-1 r| fall + fall²/2 sigma_min², and Pc by that share. The bound is loose by design: it takes falls as adding up though most cancel.
 *
 * And the orbits must not turn while it lasts: the relative motion crosses the miss and three of the largest sigmas in less than a tenth of a radian.
 */
import type { Vector3 } from "../../observation/Observation.ts"
import { eigenSymmetric } from "../algebra/eigen.ts"
import { dot, norm, scale, subtract } from "../algebra/vector3.ts"
import { gravitationalParameter } from "../catalogue/MeanElements.ts"
import type { State } from "../propagation/State.ts"

/** Up to this a Pc of straight motion is good to 2 %: nothing else is computed. */
export const straightLimit = 0.02

/** rad: over this the encounter is long, and the two-dimensional methods do not hold. */
export const longLimit = 0.1

export interface Straightness {
  /** Bound on the relative change of Pc by the bend. */
  readonly bend: number
  /** n (miss + 3 sigma) / V, rad. */
  readonly turn: number
  readonly straight: boolean
  readonly long: boolean
}

const timesMatrix = (c: ArrayLike<number>, a: Vector3): Vector3 => [
  (c[0] ?? 0) * a[0] + (c[1] ?? 0) * a[1] + (c[2] ?? 0) * a[2],
  (c[3] ?? 0) * a[0] + (c[4] ?? 0) * a[1] + (c[5] ?? 0) * a[2],
  (c[6] ?? 0) * a[0] + (c[7] ?? 0) * a[1] + (c[8] ?? 0) * a[2]
]

/** Each object's state and position covariance (3 x 3), in one inertial frame, at the closest approach. */
export interface Placed {
  readonly state: State
  readonly covariance: ArrayLike<number>
}

export const straightness = (primary: Placed, secondary: Placed): Straightness => {
  const miss = subtract(secondary.state.position, primary.state.position)
  const velocity = subtract(secondary.state.velocity, primary.state.velocity)
  const combined = Float64Array.from(
    { length: 9 },
    (_, i) => (primary.covariance[i] ?? 0) + (secondary.covariance[i] ?? 0)
  )
  const { values, vectors } = eigenSymmetric(combined, 3)
  const [smallest = 0, , largest = 0] = values
  const n = Math.sqrt(gravitationalParameter / norm(primary.state.position) ** 3)
  const turn = n * (norm(miss) + 3 * Math.sqrt(Math.max(0, largest))) / norm(velocity)
  const inverse = (a: Vector3): Vector3 => {
    const out: [number, number, number] = [0, 0, 0]
    values.forEach((value, i) => {
      const [x = 0, y = 0, z = 0] = vectors[i] ?? []
      const share = (x * a[0] + y * a[1] + z * a[2]) / value
      out[0] += share * x
      out[1] += share * y
      out[2] += share * z
    })
    return out
  }
  const along = inverse(velocity)
  const rate2 = dot(velocity, along)
  const passing = -dot(miss, along) / rate2
  const apart = subtract(miss, scale(velocity, -passing))
  const pull = inverse(apart)
  const seconds = Math.abs(passing) + 2 / Math.sqrt(rate2)
  let fall = 0
  for (const { covariance, state } of [primary, secondary]) {
    const travel = norm(timesMatrix(covariance, pull)) + norm(state.velocity) * seconds
    fall += travel * travel / (2 * norm(state.position))
  }
  const bend = fall * norm(pull) + fall * fall / (2 * smallest)
  const long = !(turn <= longLimit)
  return { bend, turn, long, straight: bend <= straightLimit && !long }
}
