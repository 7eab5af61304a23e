/**
 * A track's estimate as a record of plain fields, for state that is kept: what is read gives the same bits from then on.
 *
 * One of an integrated orbit has that beside the catalogue's estimate, so that a record reads by itself; what was kept of SGP4's reads as before.
 */
import { Schema } from "effect"
import { Numeric } from "../../time/Numeric.ts"
import type { MeanElements } from "../catalogue/MeanElements.ts"
import { linearise } from "../propagation/Linearisation.ts"
import { type Estimate, isNumeric } from "./Estimate.ts"
import { estimateOfRecord, NumericRecord, recordOf } from "./numeric/numericRecord.ts"
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
  manoeuvreSuspected: Schema.Boolean,
  /** The integrated orbit; the rest is then what the catalogue says. */
  numeric: Schema.optionalKey(NumericRecord)
})

const catalogueRecord = (
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

export const writeEstimate = (estimate: Estimate): typeof EstimateRecord.Type =>
  isNumeric(estimate)
    ? { ...catalogueRecord(estimate.catalogue), numeric: recordOf(estimate) }
    : catalogueRecord(estimate)

/** `undefined`: SGP4 cannot start from its elements. */
export const readEstimate = (
  { elements, numeric, ...estimate }: typeof EstimateRecord.Type
): Estimate | undefined => {
  const reference: MeanElements = elements
  const linearisation = linearise(reference)
  if (linearisation === undefined) return undefined
  const catalogue: TrackEstimate = { objectId: elements.objectId, linearisation, ...estimate }
  return numeric === undefined ? catalogue : estimateOfRecord(numeric, catalogue)
}
