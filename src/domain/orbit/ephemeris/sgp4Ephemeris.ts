/** The ephemeris of an estimate by SGP4: of an object that nobody observes its element set and the prior, else the filter's offset. */
import { congruence } from "../algebra/covariance.ts"
import { covarianceInto, stateOf, type TrackEstimate } from "../tracking/TrackEstimate.ts"
import type { Ephemeris } from "./Ephemeris.ts"

const offsets = new Float64Array(36)

export const sgp4Ephemeris = (estimate: TrackEstimate): Ephemeris => {
  const untouched = estimate.offset.every((value) => value === 0)
  const { reference } = estimate.linearisation
  return {
    objectId: estimate.objectId,
    stateAt: (time) => untouched ? reference.stateAt(time) : stateOf(estimate, time)?.state,
    stateInto: (time, out, offset = 0) => {
      if (untouched) return reference.stateInto(time, out, offset)
      const state = stateOf(estimate, time)?.state
      if (state === undefined) return false
      out.set(state.position, offset)
      out.set(state.velocity, offset + 3)
      return true
    },
    covarianceInto: (time, out) => {
      const predicted = stateOf(estimate, time)
      if (predicted === undefined) return false
      covarianceInto(estimate, time, offsets)
      out.set(congruence(predicted.phi, offsets))
      return true
    }
  }
}
