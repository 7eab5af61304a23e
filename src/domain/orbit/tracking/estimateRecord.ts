/** A track's estimate as a record of plain fields, for state that is kept: what is read gives the same bits from then on. */
import { Schema } from "effect"
import { Numeric } from "../../time/Numeric.ts"
import type { MeanElements } from "../catalogue/MeanElements.ts"
import { linearise } from "../propagation/Linearisation.ts"
import type { TrackEstimate } from "./TrackEstimate.ts"

const ElementsRecord = Schema.Struct({
  objectId: Schema.String,
  name: Schema.String,
  internationalDesignator: Schema.String,
  classification: Schema.String,
  epoch: Numeric,
  meanMotion: Numeric,
  eccentricity: Numeric,
  inclination: Numeric,
  rightAscension: Numeric,
  argumentOfPerigee: Numeric,
  meanAnomaly: Numeric,
  bstar: Numeric,
  meanMotionDot: Numeric,
  meanMotionDdot: Numeric,
  elementSetNumber: Numeric,
  revolutionAtEpoch: Numeric
})

export const EstimateRecord = Schema.Struct({
  /** What it is linearised about. */
  elements: ElementsRecord,
  offset: Schema.Array(Numeric),
  covariance: Schema.Array(Numeric),
  heard: Schema.Array(Schema.Struct({ sourceId: Schema.String, time: Numeric, count: Numeric })),
  time: Numeric,
  accepted: Schema.Int,
  refusedInRow: Schema.Int,
  manoeuvreSuspected: Schema.Boolean
})

export const writeEstimate = (
  { linearisation: { reference: { elements } }, ...estimate }: TrackEstimate
): typeof EstimateRecord.Type => ({
  elements,
  offset: estimate.offset,
  covariance: estimate.covariance,
  heard: estimate.heard,
  time: estimate.time,
  accepted: estimate.accepted,
  refusedInRow: estimate.refusedInRow,
  manoeuvreSuspected: estimate.manoeuvreSuspected
})

/** `undefined`: SGP4 cannot start from its elements. */
export const readEstimate = ({ elements, ...estimate }: typeof EstimateRecord.Type): TrackEstimate | undefined => {
  const reference: MeanElements = elements
  const linearisation = linearise(reference)
  return linearisation === undefined ? undefined : { objectId: elements.objectId, linearisation, ...estimate }
}
