/**
 * The two objects of an alert at its closest approach: what a conjunction data message is made of.
 *
 * EME2000, m and m/s. A covariance is the lower triangle, row by row (R, T, N, then their rates; m², m²/s, m²/s²), along the object's own RTN axes, as a CDM
 * has it.
 */
import { Schema } from "effect"
import { Vector3 } from "../observation/Observation.ts"
import { toRtnCovariance } from "../orbit/algebra/covariance.ts"
import type { MeanElements } from "../orbit/catalogue/MeanElements.ts"
import type { TrackEncounter } from "../orbit/encounter/trackEncounter.ts"
import { rotateState, temeToEme2000Matrix } from "../orbit/frames/frames.ts"
import type { State } from "../orbit/propagation/State.ts"
import { type Estimate, isNumeric } from "../orbit/tracking/Estimate.ts"
import { type UtcTime, UtcTimeFromString } from "../time/UtcTime.ts"

/** `time`: how a time is written. */
export const makeAlertStates = <T extends Schema.Codec<UtcTime, string | number>>(time: T) => {
  const object = Schema.Struct({
    name: Schema.String,
    internationalDesignator: Schema.String,
    position: Vector3,
    velocity: Vector3,
    covarianceRtn: Schema.Array(Schema.Finite),
    /** The last accepted observation; null: none, and the covariance is a model of the element set's error. */
    lastObserved: Schema.NullOr(time),
    /** Accepted. */
    observations: Schema.Int,
    manoeuvreSuspected: Schema.Boolean
  })
  return Schema.Struct({ frame: Schema.Literal("EME2000"), objects: Schema.Tuple([object, object]) })
}

export const AlertStates = makeAlertStates(UtcTimeFromString)
export type AlertStates = typeof AlertStates.Type
export type AlertObjectState = AlertStates["objects"][number]

const elementsOf = (estimate: Estimate): MeanElements =>
  (isNumeric(estimate) ? estimate.catalogue : estimate).linearisation.reference.elements

const objectState = (estimate: Estimate, state: State, along: ArrayLike<number>): AlertObjectState => {
  const { internationalDesignator, name } = elementsOf(estimate)
  const covarianceRtn: Array<number> = []
  for (let row = 0; row < 6; row++) {
    for (let column = 0; column <= row; column++) covarianceRtn.push(along[6 * row + column] ?? 0)
  }
  return {
    name,
    internationalDesignator,
    position: state.position,
    velocity: state.velocity,
    covarianceRtn,
    lastObserved: estimate.accepted === 0 ? null : estimate.time,
    observations: estimate.accepted,
    manoeuvreSuspected: estimate.manoeuvreSuspected
  }
}

/** Of two estimates at their closest approach, which is in TEME. About 10 µs. */
export const alertStates = (
  [a, b]: readonly [Estimate, Estimate],
  { covariances: [first, second], encounter: { primary, secondary, tca } }: TrackEncounter
): AlertStates => {
  const rotation = temeToEme2000Matrix(tca)
  return {
    frame: "EME2000",
    objects: [
      objectState(a, rotateState(rotation, primary), toRtnCovariance(primary, first)),
      objectState(b, rotateState(rotation, secondary), toRtnCovariance(secondary, second))
    ]
  }
}
