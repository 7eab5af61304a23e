/**
 * One conjunction of two uncertain states, judged whole: its geometry, Pc by straight and by bent motion, and how far it can be trusted.
 *
 * The 2-D Pc always; the one of bent paths where a bound (`straightness.ts`) does not show that it must be the same. `pc` is the 2-D Pc where that
 * holds, and the other where it does not. States and covariances are of one instant and one inertial frame.
 */
import type { UtcTime } from "../../time/UtcTime.ts"
import { covarianceFault, positionBlock } from "../algebra/covariance.ts"
import { subtract } from "../algebra/vector3.ts"
import type { State } from "../propagation/State.ts"
import { type CollisionProbability, collisionProbability } from "./collisionProbability.ts"
import { type CurvedEffort, type CurvedProbability, curvedProbability } from "./curvedProbability.ts"
import { closestApproach, type Encounter, encounterOf, type StateFunction } from "./encounter.ts"
import type { CombinedBody } from "./HardBody.ts"
import { type Straightness, straightness } from "./straightness.ts"
import { stateAndPartials, twoBodyOrbit } from "./twoBodyElements.ts"
import { assessValidity, differs, type TrackSupport, type Validity } from "./validity.ts"

export interface AssessedObject extends TrackSupport {
  /** Inertial, m and m/s. */
  readonly state: State
  /** 6 x 6 in the same frame. */
  readonly covariance: ArrayLike<number>
}

export type PcMethod = "2d" | CurvedProbability["method"]

export interface Assessment {
  readonly encounter: Encounter
  /** `undefined`: a covariance that cannot be, or no method that holds. */
  readonly pc: number | undefined
  readonly method: PcMethod | undefined
  /** The highest that any scaling of the covariance gives in straight motion, or `pc` where that is higher. */
  readonly pcMaximum: number | undefined
  /** Of straight motion; `undefined` where there is none. */
  readonly plane: CollisionProbability | undefined
  /** Of bent motion, where it was needed and could be had. */
  readonly curved: CurvedProbability | undefined
  readonly straightness: Straightness | undefined
  readonly validity: Validity
}

const supportOf = ({ lastObservation, manoeuvreSuspected, objectId }: TrackSupport): TrackSupport => ({
  objectId,
  lastObservation,
  ...(manoeuvreSuspected !== undefined && { manoeuvreSuspected })
})

/** Two-body motion from a state: good to a micrometre for the part of a second by which a message's time is rounded. */
const twoBody = (state: State, epoch: UtcTime): StateFunction => {
  const orbit = twoBodyOrbit(state)
  const out = new Float64Array(6)
  return (time) => {
    if (orbit === undefined || !stateAndPartials(orbit, orbit.elements, (time - epoch) / 1000, out)) return undefined
    const [x = 0, y = 0, z = 0, vx = 0, vy = 0, vz = 0] = out
    return { position: [x, y, z], velocity: [vx, vy, vz] }
  }
}

/** How far from the epoch the closest approach is looked for, ms. */
const reachMillis = 60_000

const method = (
  plane: CollisionProbability | undefined,
  curved: CurvedProbability | undefined
): PcMethod | undefined => {
  if (curved === undefined) return plane === undefined ? undefined : "2d"
  return plane === undefined || differs(plane.pc, curved.pc) ? curved.method : "2d"
}

/**
 * @param epoch of the states; the closest approach is looked for within a minute of it, else the states are taken as those of it.
 * @param at the time it is judged at, against which tracks age.
 */
export const assessConjunction = (
  objects: readonly [AssessedObject, AssessedObject],
  epoch: UtcTime,
  body: CombinedBody,
  at: UtcTime
): Assessment => {
  const [primary, secondary] = objects
  const encounter = closestApproach(twoBody(primary.state, epoch), twoBody(secondary.state, epoch), epoch, reachMillis)
    ?? encounterOf(epoch, primary.state, secondary.state)
  return assessEncounter(encounter, objects, body, at)
}

/** Whether bent paths are worth their cost, given the 2-D Pc and what the bound says; always, unless told otherwise. */
export type CurvedWhere = (plane: CollisionProbability | undefined, straightness: Straightness) => CurvedEffort

/** {@link assessConjunction} where the closest approach is known: the states are those of about that time. */
export const assessEncounter = (
  encounter: Encounter,
  objects: readonly [AssessedObject, AssessedObject],
  body: CombinedBody,
  at: UtcTime,
  curvedWhere: CurvedWhere = () => "three"
): Assessment => {
  const [primary, secondary] = objects
  const blocks = objects.map(({ covariance }) => positionBlock(covariance))
  const [first = new Float64Array(9), second = new Float64Array(9)] = blocks
  const covariance = first.map((value, i) => value + (second[i] ?? 0))
  const faults = blocks.map((block, i) => objects[i]?.fault ?? covarianceFault(block))
  const tracks = [
    { ...supportOf(primary), fault: faults[0] },
    { ...supportOf(secondary), fault: faults[1] }
  ] as const
  const shared = { encounter, covariance, hardBodyRadius: body.radius, tracks, at }
  if (faults.some((fault) => fault !== undefined)) {
    return {
      encounter,
      pc: undefined,
      method: undefined,
      pcMaximum: undefined,
      plane: undefined,
      curved: undefined,
      straightness: undefined,
      validity: assessValidity({ ...shared, probability: undefined })
    }
  }
  const plane = collisionProbability({
    relativePosition: subtract(encounter.secondary.position, encounter.primary.position),
    relativeVelocity: subtract(encounter.secondary.velocity, encounter.primary.velocity),
    covariance,
    hardBodyRadius: body.radius,
    hardBodyShape: body.shape
  })
  const bound = straightness(
    { state: primary.state, covariance: first },
    { state: secondary.state, covariance: second }
  )
  const curved = bound.straight && plane !== undefined
    ? undefined
    : curvedProbability(
      { primary, secondary },
      body.radius,
      body.shape,
      bound.long,
      curvedWhere(plane, bound)
    )
  const chosen = method(plane, curved)
  const pc = chosen === "2d" ? plane?.pc : curved?.pc
  return {
    encounter,
    pc,
    method: chosen,
    pcMaximum: plane === undefined ? undefined : Math.max(plane.pcMaximum, pc ?? 0),
    plane,
    curved,
    straightness: bound,
    validity: assessValidity({
      ...shared,
      probability: plane,
      curved: bound.straight && plane !== undefined ? "straight" : curved
    })
  }
}
