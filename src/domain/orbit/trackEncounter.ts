/**
 * The closest approach of two tracks, and the combined position covariance there.
 *
 * A track's state is SGP4 of its reference plus Phi times its offset. Phi takes twelve SGP4 calls, so Newton's method runs on a model: SGP4
 * of the reference, and the displacement Phi times offset at one time carried on by its own velocity. The model leaves out how gravity
 * bends the displacement, about n² d t² for a displacement d and t from its time: where that is over a tenth of a millimetre the model is made
 * anew at the closest approach found.
 */
import type { UtcTime } from "../UtcTime.ts"
import { closestApproach, type Encounter, type StateFunction } from "./encounter.ts"
import { multiply, multiplyTransposed } from "./matrix.ts"
import { gravitationalParameter } from "./MeanElements.ts"
import type { State } from "./State.ts"
import { covarianceAt, type PredictedState, stateOf, type TrackEstimate } from "./TrackEstimate.ts"

export interface TrackEncounter {
  readonly encounter: Encounter
  /** Sum of both tracks' position covariances at the closest approach, m², TEME, 3 x 3. */
  readonly covariance: Float64Array
}

/** A track near a time: its state there with Phi, and its states around it. */
interface Local {
  readonly predicted: PredictedState
  readonly stateAt: StateFunction
  /** ms around its time within which the model is good to `tolerance`. */
  readonly good: number
}

const localAt = (estimate: TrackEstimate, time: UtcTime): Local | undefined => {
  const { reference } = estimate.linearisation
  const predicted = stateOf(estimate, time)
  const nominal = reference.stateAt(time)
  if (predicted === undefined || nominal === undefined) return undefined
  const [px, py, pz] = predicted.state.position
  const [vx, vy, vz] = predicted.state.velocity
  const [dx, dy, dz] = [px - nominal.position[0], py - nominal.position[1], pz - nominal.position[2]]
  const [ux, uy, uz] = [vx - nominal.velocity[0], vy - nominal.velocity[1], vz - nominal.velocity[2]]
  const stateAt = (at: UtcTime): State | undefined => {
    const state = reference.stateAt(at)
    if (state === undefined) return undefined
    const { position: [x, y, z], velocity } = state
    const t = (at - time) / 1000
    return {
      position: [x + dx + ux * t, y + dy + uy * t, z + dz + uz * t],
      velocity: [velocity[0] + ux, velocity[1] + uy, velocity[2] + uz]
    }
  }
  const radius = Math.hypot(px, py, pz)
  const bend = gravitationalParameter / radius ** 3 * Math.hypot(dx, dy, dz)
  return { predicted, stateAt, good: 1000 * Math.min(1, Math.sqrt(tolerance / bend)) }
}

/** m. */
const tolerance = 1e-4
const maxRounds = 10

const positionCovariance = (estimate: TrackEstimate, { phi }: PredictedState, time: UtcTime): Float64Array => {
  const rows = phi.subarray(0, 18)
  return multiplyTransposed(multiply(rows, covarianceAt(estimate, time), 3, 6, 6), rows, 3, 6, 3)
}

/**
 * The closest approach within `reachMillis` of a guess; `undefined` when there is none, or SGP4 gives no state. Usually one round: 28 SGP4 calls
 * for the model, most of them remembered from the last time the conjunction was judged, and about 8 for Newton's method.
 */
export const trackEncounter = (
  a: TrackEstimate,
  b: TrackEstimate,
  guess: UtcTime,
  reachMillis: number
): TrackEncounter | undefined => {
  let time = guess
  for (let round = 0; round < maxRounds; round++) {
    const first = localAt(a, time)
    const second = localAt(b, time)
    if (first === undefined || second === undefined) return undefined
    const encounter = closestApproach(first.stateAt, second.stateAt, time, reachMillis)
    if (encounter === undefined || Math.abs(encounter.tca - guess) > reachMillis) return undefined
    if (Math.abs(encounter.tca - time) <= Math.min(first.good, second.good)) {
      const other = positionCovariance(b, second.predicted, encounter.tca)
      const covariance = positionCovariance(a, first.predicted, encounter.tca)
      return { encounter, covariance: covariance.map((value, i) => value + (other[i] ?? 0)) }
    }
    time = encounter.tca
  }
  return undefined
}
