/** Closest approach of two objects: its time, geometry and the plane of the encounter. */
import type { Vector3 } from "../../observation/Observation.ts"
import type { UtcTime } from "../../time/UtcTime.ts"
import { type Basis, components, cross, dot, norm, rtnBasis, scale, subtract } from "../algebra/vector3.ts"
import { gravitationalParameter } from "../catalogue/MeanElements.ts"
import type { State } from "../propagation/State.ts"

/** State of an object at a time, m and m/s in one inertial frame; `undefined` where there is none. */
export type StateFunction = (time: UtcTime) => State | undefined

/** A closest approach. Relative vectors are secondary minus primary; RTN axes are the primary's at TCA. */
export interface Encounter {
  readonly tca: UtcTime
  /** m. */
  readonly missDistance: number
  /** [radial, transverse, normal], m. */
  readonly missRtn: Vector3
  /** [radial, transverse, normal], m/s. */
  readonly relativeVelocityRtn: Vector3
  /** m/s. */
  readonly relativeSpeed: number
  readonly primary: State
  readonly secondary: State
}

/** The geometry of two states taken as those of closest approach. */
export const encounterOf = (tca: UtcTime, primary: State, secondary: State): Encounter => {
  const position = subtract(secondary.position, primary.position)
  const velocity = subtract(secondary.velocity, primary.velocity)
  const basis = rtnBasis(primary)
  return {
    tca,
    missDistance: norm(position),
    missRtn: components(basis, position),
    relativeVelocityRtn: components(basis, velocity),
    relativeSpeed: norm(velocity),
    primary,
    secondary
  }
}

const gravity = (position: Vector3): Vector3 =>
  scale(position, -gravitationalParameter / (dot(position, position) * norm(position)))

const maxIterations = 60
const maxStepSeconds = 60
/** ms: over this both states are carried on by their own velocity and gravity, which is good to 1e-4 m and 1e-9 s. */
const lastStep = 1

/** A state `t` seconds later, for steps of a millisecond. */
const carried = ({ position, velocity }: State, t: number): State => {
  const [gx, gy, gz] = gravity(position)
  const [vx, vy, vz] = velocity
  const half = t * t / 2
  return {
    position: [position[0] + vx * t + gx * half, position[1] + vy * t + gy * half, position[2] + vz * t + gz * half],
    velocity: [vx + gx * t, vy + gy * t, vz + gz * t]
  }
}

/**
 * Newton's method on r·v (relative) from a guess: step -(r·v)/(v·v + r·a) with a the two-body relative acceleration.
 *
 * `undefined` when a state is missing, when the iteration leaves `[guess - reach, guess + reach]` (ms), or when the distance has no
 * minimum near the guess. Steps are held to 60 s; the last one, of a millisecond or less, leaves a TCA good to a microsecond.
 */
export const closestApproach = (
  primary: StateFunction,
  secondary: StateFunction,
  guess: UtcTime,
  reach = 600_000
): Encounter | undefined => {
  let time = guess
  for (let i = 0; i < maxIterations; i++) {
    const a = primary(time)
    const b = secondary(time)
    if (a === undefined || b === undefined) return undefined
    const r = subtract(b.position, a.position)
    const v = subtract(b.velocity, a.velocity)
    const speed2 = dot(v, v)
    const slope = speed2 + dot(r, subtract(gravity(b.position), gravity(a.position)))
    const rv = dot(r, v)
    // Where the distance curves down, Newton would climb to a maximum: go downhill instead.
    const newton = slope > 0 ? -rv / slope : -Math.sign(rv) * maxStepSeconds
    const step = Math.max(-maxStepSeconds, Math.min(maxStepSeconds, newton)) * 1000
    if (Number.isNaN(step)) return undefined
    if (Math.abs(step) <= lastStep) {
      if (!(slope > 0)) return undefined
      // What the clock resolves, so that the states are those of the time given.
      const tca = time + step
      return encounterOf(tca, carried(a, (tca - time) / 1000), carried(b, (tca - time) / 1000))
    }
    time += step
    if (Math.abs(time - guess) > reach) return undefined
  }
  return undefined
}

/**
 * Axes of the encounter: x along the miss, y completes the right-handed set in the plane normal to the relative velocity, z along
 * the relative velocity. Any x normal to z serves for a miss of zero. `undefined` when the objects do not move against each other.
 */
export const encounterBasis = (relativePosition: Vector3, relativeVelocity: Vector3): Basis | undefined => {
  const speed = norm(relativeVelocity)
  if (!(speed > 0)) return undefined
  const z = scale(relativeVelocity, 1 / speed)
  const across = subtract(relativePosition, scale(z, dot(relativePosition, z)))
  const miss = norm(across)
  if (miss > 1e-9 * norm(relativePosition) && miss > 0) {
    const x = scale(across, 1 / miss)
    return { x, y: cross(z, x), z }
  }
  const away: Vector3 = Math.abs(z[0]) < 0.6 ? [1, 0, 0] : [0, 1, 0]
  const normal = cross(z, away)
  const x = scale(normal, 1 / norm(normal))
  return { x, y: cross(z, x), z }
}
