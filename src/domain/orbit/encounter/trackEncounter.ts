/**
 * The closest approach of two tracks, and the covariance of both there.
 *
 * A track's state is SGP4 of its reference plus Phi times its offset. Phi is dear, so Newton's method runs on a model: SGP4
 * of the reference, and the displacement Phi times offset at one time carried on by its own velocity. The model leaves out how gravity
 * bends the displacement, about n² d t² for a displacement d and t from its time: where that is over a tenth of a millimetre the model is made
 * anew at the closest approach found.
 */
import type { UtcTime } from "../../time/UtcTime.ts"
import { congruence } from "../algebra/covariance.ts"
import { zeros } from "../algebra/matrix.ts"
import { gravitationalParameter } from "../catalogue/MeanElements.ts"
import type { State } from "../propagation/State.ts"
import { covarianceInto, type PredictedState, stateOf, type TrackEstimate } from "../tracking/TrackEstimate.ts"
import { closestApproach, type Encounter, type StateFunction } from "./encounter.ts"

export interface TrackEncounter {
  readonly encounter: Encounter
  /** Of position and velocity of each at the closest approach, TEME, 6 x 6 row by row. */
  readonly covariances: readonly [Float64Array, Float64Array]
  /** Sum of both position covariances, m², 3 x 3. */
  readonly covariance: ReadonlyArray<number>
}

/** The sum of two position blocks. */
export const combinedPosition = (a: ArrayLike<number>, b: ArrayLike<number>): Array<number> => {
  const sum = zeros(9)
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 3; j++) sum[3 * i + j] = (a[6 * i + j] ?? 0) + (b[6 * i + j] ?? 0)
  }
  return sum
}

/** A track near a time: its state there with Phi, and its states around it. */
interface Local {
  readonly predicted: PredictedState
  readonly stateAt: StateFunction
  /** ms around its time within which the model is good to `tolerance`. */
  readonly good: number
}

const localAt = (estimate: TrackEstimate, time: UtcTime): Local | undefined => {
  const { at: linearAt, reference } = estimate.linearisation
  const linear = linearAt(time)
  if (linear === undefined) return undefined
  const predicted = stateOf(estimate, time, linear)
  if (predicted === undefined) return undefined
  const nominal = linear.state
  const [px, py, pz] = predicted.state.position
  const [vx, vy, vz] = predicted.state.velocity
  const dx = px - (nominal[0] ?? 0)
  const dy = py - (nominal[1] ?? 0)
  const dz = pz - (nominal[2] ?? 0)
  const ux = vx - (nominal[3] ?? 0)
  const uy = vy - (nominal[4] ?? 0)
  const uz = vz - (nominal[5] ?? 0)
  const stateAt = (at: UtcTime): State | undefined => {
    if (at === time) return predicted.state
    const state = reference.stateAt(at)
    if (state === undefined) return undefined
    const { position: [x, y, z], velocity } = state
    const t = (at - time) / 1000
    return {
      position: [x + dx + ux * t, y + dy + uy * t, z + dz + uz * t],
      velocity: [velocity[0] + ux, velocity[1] + uy, velocity[2] + uz]
    }
  }
  const radius = Math.sqrt(px * px + py * py + pz * pz)
  const bend = gravitationalParameter / (radius * radius * radius) * Math.sqrt(dx * dx + dy * dy + dz * dz)
  return { predicted, stateAt, good: 1000 * Math.min(1, Math.sqrt(tolerance / bend)) }
}

/** m. */
const tolerance = 1e-4
const maxRounds = 10

/** Scratch: a covariance of the offset. */
const offsets = new Float64Array(36)

/** Of a track's state, by what it predicts. */
const covarianceOf = (estimate: TrackEstimate, { phi }: PredictedState, time: UtcTime): Float64Array => {
  covarianceInto(estimate, time, offsets)
  return congruence(phi, offsets)
}

/**
 * The closest approach within `reachMillis` of a guess; `undefined` when there is none, or SGP4 gives no state. Usually one round:
 * the model at the guess is remembered from the last time the conjunction was judged, and Newton's second step takes two SGP4 calls.
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
      const primary = covarianceOf(a, first.predicted, encounter.tca)
      const secondary = covarianceOf(b, second.predicted, encounter.tca)
      return {
        encounter,
        covariances: [primary, secondary],
        covariance: combinedPosition(primary, secondary)
      }
    }
    time = encounter.tca
  }
  return undefined
}
