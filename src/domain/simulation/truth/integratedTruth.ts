/**
 * True orbits by integration: through the state that an element set gives at an anchor time, before and after it by the simulator's forces.
 *
 * The ballistic coefficient is that of the set's B*, times a draw between a half and one and a half; where the set says nothing of drag, a usual one.
 * State held: the nodes made so far, 72 bytes a step (28 kB a day of a low orbit). 20 ms a day of a low orbit.
 */
import { numericEphemeris } from "../../orbit/ephemeris/numericEphemeris.ts"
import type { ForceModel } from "../../orbit/forces/ForceModel.ts"
import { place, surroundingsSize } from "../../orbit/forces/Surroundings.ts"
import type { Propagator } from "../../orbit/propagation/Propagator.ts"
import { ballisticOf } from "../../orbit/tracking/numeric/ballistic.ts"
import { makeOrbitDynamics } from "../../orbit/tracking/numeric/OrbitDynamics.ts"
import type { UtcTime } from "../../time/UtcTime.ts"
import { stream } from "../random.ts"

/** The integrated orbit of a propagator's object, or `undefined` where the propagator gives no state at the anchor. */
export const integratedTruth = (
  forces: ForceModel
): (propagator: Propagator, anchor: UtcTime, seed: number) => Propagator | undefined => {
  const dynamics = makeOrbitDynamics(forces)
  const around = new Float64Array(surroundingsSize)
  return (propagator, anchor, seed) => {
    const { elements } = propagator
    const teme = propagator.stateAt(anchor)
    if (teme === undefined) return undefined
    forces.surroundings.at(anchor, around)
    const axis = (i: number, v: readonly [number, number, number]): number => {
      const at = (j: number): number => around[place.gcrfToTeme + 3 * j + i] ?? 0
      return at(0) * v[0] + at(1) * v[1] + at(2) * v[2]
    }
    const { position: r, velocity: v } = teme
    const drawn = stream(seed, "ballistic", elements.objectId).between(0.5, 1.5)
    const state = [
      axis(0, r),
      axis(1, r),
      axis(2, r),
      axis(0, v),
      axis(1, v),
      axis(2, v),
      drawn * ballisticOf(elements)
    ]
    const { stateAt, stateInto } = numericEphemeris(dynamics, elements.objectId, {
      time: anchor,
      state,
      covariance: []
    })
    return { elements, stateAt, stateInto }
  }
}
