/** What is known of one conjunction at one moment: geometry, uncertainty, probability, and how far the number can be trusted. */
import { Schema } from "effect"
import { Vector3 } from "../observation/Observation.ts"
import { UtcTimeFromString } from "../time/UtcTime.ts"

/**
 * Whether the probability means what it says. `valid`; `diluted`: a smaller covariance would raise it; `nonlinear`: straight lines do not
 * hold, and where it could be had the probability is one of bent paths; `stale-track`: no accepted observation of one of the objects for 24 h;
 * `tle-only`: from element sets alone, indicative; `invalid-covariance`: a covariance that no error can have, and no probability.
 */
export const Validity = Schema.Literals([
  "invalid-covariance",
  "valid",
  "diluted",
  "nonlinear",
  "stale-track",
  "tle-only"
])
export type Validity = typeof Validity.Type

const HardBodyShape = Schema.Literals(["circle", "square"])
type HardBodyShape = typeof HardBodyShape.Type

/** Metres, metres per second. RTN axes are those of the first object of the pair at TCA. */
export const ConjunctionRisk = Schema.Struct({
  tca: UtcTimeFromString,
  missDistanceMetres: Schema.Finite,
  /** 1-sigma of the miss distance, along the miss. */
  missDistanceSigmaMetres: Schema.Finite,
  missRtnMetres: Vector3,
  relativeSpeedMetresPerSecond: Schema.Finite,
  /** Sum of both objects' radii. */
  hardBodyRadiusMetres: Schema.Finite,
  hardBodyShape: HardBodyShape,
  /** Where radius and shape come from, in words. */
  hardBodySource: Schema.optionalKey(Schema.String),
  /** Null where there is none: `invalid-covariance`. */
  pc: Schema.NullOr(Schema.Finite),
  /** By which method `pc` is: `2d` for straight motion, else by bent paths. Null where there is none. */
  pcMethod: Schema.optionalKey(Schema.NullOr(Schema.Literals(["2d", "nc-2d", "nc-3d"]))),
  /** Of straight motion. */
  pcStraight: Schema.optionalKey(Schema.NullOr(Schema.Finite)),
  /** Of bent paths; null where nothing asked for it, or it cannot be had. */
  pcCurved: Schema.optionalKey(Schema.NullOr(Schema.Finite)),
  pcMaximum: Schema.NullOr(Schema.Finite),
  mahalanobisSquared: Schema.NullOr(Schema.Finite),
  /** The combined error in the encounter plane: 1-sigma axes, and the angle from the miss to the minor one. Absent: not of this version. */
  ellipse: Schema.optionalKey(Schema.Struct({
    sigmaMajorMetres: Schema.Finite,
    sigmaMinorMetres: Schema.Finite,
    minorAxisRadians: Schema.Finite
  })),
  validity: Validity,
  conditions: Schema.Array(Schema.String)
})
export type ConjunctionRisk = typeof ConjunctionRisk.Type
