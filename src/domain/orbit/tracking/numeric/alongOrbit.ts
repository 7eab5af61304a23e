/**
 * A correction of a state applied along the bend of the orbit.
 *
 * What is known least of an object is when it comes by: kilometres along the track after some hours. A correction of that size in a straight
 * line leaves the orbit: 10 km are 7 m of height and 8 mm/s, which a filter that has the period to a millisecond takes for a wrong orbit.
 * So the part of a correction that is a shift in time is made by letting the object fall for that time, and the covariance goes with it.
 * To first order nothing changes.
 *
 * The same is had by filtering in orbital elements (Vallado, Fundamentals of Astrodynamics, 4th ed. 2013, section 10.6, on the
 * choice of the state); here it costs only where a correction is large.
 */
import { zeros } from "../../algebra/matrix.ts"
import { gravityGradient } from "../../forces/gravityGradient.ts"
import { carryCovariance, fallTransition } from "../../integration/transition.ts"
import type { Orbit } from "./Orbit.ts"

const gravitationalParameter = 3.986004415e14
/** m along the track under which a straight line will do: 0.2 mm of height. */
const bendsFrom = 50

const phi = new Float64Array(49)
const p = new Float64Array(49)
const gradient = new Float64Array(9)

/** Two-body acceleration per unit of position, 1/s². */
const pull = (x: number, y: number, z: number): number => -gravitationalParameter / (x * x + y * y + z * z) ** 1.5

/** The orbit with the corrected state and covariance, from its state before. */
export const corrected = (before: ReadonlyArray<number>, after: Orbit): Orbit => {
  const { covariance, state } = after
  const at = (i: number): number => before[i] ?? 0
  const delta = (i: number): number => (state[i] ?? 0) - at(i)
  const speed2 = at(3) * at(3) + at(4) * at(4) + at(5) * at(5)
  const shift = (delta(0) * at(3) + delta(1) * at(4) + delta(2) * at(5)) / speed2
  if (Math.abs(shift) * Math.sqrt(speed2) < bendsFrom) return after
  // First what is no shift, then the fall: position and velocity by Taylor's series of the two-body motion.
  const g0 = pull(at(0), at(1), at(2))
  const r = [0, 1, 2].map((i) => (state[i] ?? 0) - shift * at(3 + i))
  const v = [0, 1, 2].map((i) => (state[3 + i] ?? 0) - shift * g0 * at(i))
  const [x = 0, y = 0, z = 0] = r
  const g = pull(x, y, z)
  gravityGradient(x, y, z, gradient)
  const moved = zeros(7)
  for (let i = 0; i < 3; i++) {
    const a = g * (r[i] ?? 0)
    let jerk = 0
    for (let j = 0; j < 3; j++) jerk += (gradient[3 * i + j] ?? 0) * (v[j] ?? 0)
    moved[i] = (r[i] ?? 0) + shift * ((v[i] ?? 0) + shift * (a / 2 + shift * jerk / 6))
    moved[3 + i] = (v[i] ?? 0) + shift * (a + shift * jerk / 2)
  }
  moved[6] = state[6] ?? 0
  const middle = (i: number): number => ((r[i] ?? 0) + (moved[i] ?? 0)) / 2
  fallTransition(middle(0), middle(1), middle(2), shift, phi)
  for (let i = 0; i < 49; i++) p[i] = covariance[i] ?? 0
  carryCovariance(phi, p, p)
  const turned = zeros(49)
  for (let i = 0; i < 49; i++) turned[i] = p[i] ?? 0
  return { time: after.time, state: moved, covariance: turned }
}
