/**
 * The one record that flows through the fusion pipeline: provenance and measurement, nothing else.
 *
 * SI units and radians throughout. A component that the sensor did not give is absent, not zero.
 */
import { Schema } from "effect"
import { UtcTimeFromString } from "../time/UtcTime.ts"
import { sensorKinds } from "./sourceKinds.ts"

/** What kind of sensor made an observation. `canary` is reserved for synthetic ones. */
export const SourceKind = Schema.Literals([...sensorKinds, "canary"])
export type SourceKind = typeof SourceKind.Type

/** UUIDv5 of (source, raw record bytes), lower case. Its 16 bytes are the trace id. */
export const ObservationId = Schema.String.pipe(
  Schema.check(
    Schema.isPattern(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, {
      message: "Expected a lower-case UUID"
    })
  ),
  Schema.brand("ObservationId")
)
export type ObservationId = typeof ObservationId.Type

/** Cartesian components in metres or metres per second. */
export const Vector3 = Schema.Tuple([Schema.Finite, Schema.Finite, Schema.Finite])
export type Vector3 = typeof Vector3.Type

/** Inertial and Earth-fixed frames that a measurement or a state may be given in. */
export const Frame = Schema.Literals(["TEME", "EME2000", "GCRF", "ITRF"])
export type Frame = typeof Frame.Type

/** Radar: range m, range rate m/s, azimuth rad from north through east, elevation rad above the horizon. */
export const RangeRate = Schema.TaggedStruct("RangeRate", {
  range: Schema.optionalKey(Schema.Finite),
  rangeRate: Schema.optionalKey(Schema.Finite),
  azimuth: Schema.optionalKey(Schema.Finite),
  elevation: Schema.optionalKey(Schema.Finite)
})
export type RangeRate = typeof RangeRate.Type

/** Optical: topocentric right ascension and declination in rad, in the frame's axes. */
export const Angular = Schema.TaggedStruct("Angular", {
  rightAscension: Schema.Finite,
  declination: Schema.Finite,
  frame: Frame
})
export type Angular = typeof Angular.Type

/** Azimuth from north through east and elevation, rad. */
export const AzimuthElevation = Schema.TaggedStruct("AzimuthElevation", {
  azimuth: Schema.Finite,
  elevation: Schema.Finite
})
export type AzimuthElevation = typeof AzimuthElevation.Type

/** A satellite's own state: position m, velocity m/s (absent when it gave none). */
export const StateVector = Schema.TaggedStruct("StateVector", {
  position: Vector3,
  velocity: Schema.optionalKey(Vector3),
  frame: Frame
})
export type StateVector = typeof StateVector.Type

export const Target = Schema.Union([RangeRate, Angular, AzimuthElevation, StateVector])
export type Target = typeof Target.Type

/**
 * 1-sigma per measured component (same units as the component; `position` and `velocity` per axis), or a covariance:
 * the full matrix, row by row, in the component order of the target (position then velocity for a state), same frame.
 * What is absent comes from the sensor registry.
 */
export const Uncertainty = Schema.Struct({
  range: Schema.optionalKey(Schema.Finite),
  rangeRate: Schema.optionalKey(Schema.Finite),
  azimuth: Schema.optionalKey(Schema.Finite),
  elevation: Schema.optionalKey(Schema.Finite),
  rightAscension: Schema.optionalKey(Schema.Finite),
  declination: Schema.optionalKey(Schema.Finite),
  position: Schema.optionalKey(Schema.Finite),
  velocity: Schema.optionalKey(Schema.Finite),
  covariance: Schema.optionalKey(Schema.Array(Schema.Array(Schema.Finite)))
})
export type Uncertainty = typeof Uncertainty.Type

export const Observation = Schema.Struct({
  observationId: ObservationId,
  sourceId: Schema.NonEmptyString,
  sourceKind: SourceKind,
  sensorTimestamp: UtcTimeFromString,
  ingestTimestamp: UtcTimeFromString,
  target: Target,
  uncertainty: Uncertainty,
  objectHint: Schema.optionalKey(Schema.String)
})
export type Observation = typeof Observation.Type
