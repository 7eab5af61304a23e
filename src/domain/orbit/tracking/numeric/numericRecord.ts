/**
 * A numeric estimate as plain data, for tables of state and snapshots: JSON as it is.
 *
 * Covariances go as their lower triangles (28 numbers), since they are symmetric to the bit. The element set's own estimate is not in it: it belongs
 * to the catalogue, which whoever reads a record has. About 3 kB of JSON, and 150 bytes a measurement kept of the pass under way (at most 100).
 * What comes back is the same to the bit.
 */
import { Schema } from "effect"
import { Target } from "../../../observation/Observation.ts"
import { zeros } from "../../algebra/matrix.ts"
import type { TrackEstimate } from "../TrackEstimate.ts"
import type { NumericEstimate } from "./NumericEstimate.ts"
import type { Orbit } from "./Orbit.ts"

const Numbers = Schema.Array(Schema.Finite)

const OrbitRecord = Schema.Struct({ time: Schema.Finite, state: Numbers, covariance: Numbers })
const HeardRecord = Schema.Struct({ sourceId: Schema.String, count: Schema.Finite, time: Schema.Finite })
const MeasurementRecord = Schema.Struct({
  sourceId: Schema.String,
  time: Schema.Finite,
  target: Target,
  noise: Numbers
})
const PassRecord = Schema.Struct({
  first: Schema.Finite,
  last: Schema.Finite,
  accepted: Schema.Finite,
  before: Schema.optionalKey(OrbitRecord),
  heardBefore: Schema.Array(HeardRecord),
  correction: Numbers,
  correctionCovariance: Numbers,
  kept: Schema.Array(MeasurementRecord),
  tested: Schema.Boolean
})
const ManoeuvreRecord = Schema.Struct({
  after: Schema.Finite,
  detectedAt: Schema.Finite,
  by: Schema.Literals(["refusals", "corrections"]),
  recovered: Schema.Boolean
})

export const NumericRecord = Schema.Struct({
  objectId: Schema.String,
  orbit: Schema.optionalKey(OrbitRecord),
  heard: Schema.Array(HeardRecord),
  time: Schema.Finite,
  accepted: Schema.Finite,
  refusedInRow: Schema.Finite,
  manoeuvreSuspected: Schema.Boolean,
  manoeuvre: Schema.optionalKey(ManoeuvreRecord),
  pass: Schema.optionalKey(PassRecord)
})
export type NumericRecord = typeof NumericRecord.Type

const lower = (matrix: ReadonlyArray<number>): ReadonlyArray<number> =>
  matrix.filter((_, at) => at % 7 <= Math.floor(at / 7))

const whole = (triangle: ReadonlyArray<number>): ReadonlyArray<number> => {
  const out = zeros(49)
  let next = 0
  for (let i = 0; i < 7; i++) {
    for (let j = 0; j <= i; j++) {
      const value = triangle[next++] ?? 0
      out[7 * i + j] = value
      out[7 * j + i] = value
    }
  }
  return out
}

const orbitRecord = (orbit: Orbit): Orbit => ({ ...orbit, covariance: lower(orbit.covariance) })
const orbitOf = (record: Orbit): Orbit => ({ ...record, covariance: whole(record.covariance) })

export const recordOf = (estimate: NumericEstimate): NumericRecord => {
  const { accepted, heard, manoeuvre, manoeuvreSuspected, objectId, orbit, pass, refusedInRow, time } = estimate
  return {
    objectId,
    heard,
    time,
    accepted,
    refusedInRow,
    manoeuvreSuspected,
    ...(orbit !== undefined && { orbit: orbitRecord(orbit) }),
    ...(manoeuvre !== undefined && { manoeuvre }),
    ...(pass !== undefined && {
      pass: {
        first: pass.first,
        last: pass.last,
        accepted: pass.accepted,
        heardBefore: pass.heardBefore,
        correction: pass.correction,
        correctionCovariance: lower(pass.correctionCovariance),
        kept: pass.kept,
        tested: pass.tested,
        ...(pass.before !== undefined && { before: orbitRecord(pass.before) })
      }
    })
  }
}

/** The estimate of a record; `catalogue` is the object's own of {@link NumericEstimate.catalogue}. */
export const estimateOfRecord = (record: NumericRecord, catalogue: TrackEstimate): NumericEstimate => {
  const { manoeuvre, orbit, pass } = record
  return {
    ...record,
    dynamics: "numeric",
    catalogue,
    orbit: orbit === undefined ? undefined : orbitOf(orbit),
    manoeuvre,
    pass: pass === undefined ? undefined : {
      ...pass,
      before: pass.before === undefined ? undefined : orbitOf(pass.before),
      correctionCovariance: whole(pass.correctionCovariance)
    }
  }
}
