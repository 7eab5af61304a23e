/** What is known of one conjunction at one moment: geometry, uncertainty, probability, and how far the number can be trusted. */
import { Schema } from "effect"
import { Vector3 } from "../observation/Observation.ts"
import { UtcTimeFromString } from "../time/UtcTime.ts"

/**
 * Whether the probability means what it says. `valid`; `diluted`: a smaller covariance would raise it; `nonlinear`: the encounter is too
 * long for straight lines; `stale-track`: no accepted observation of one of the objects for 24 h; `tle-only`: from element sets alone,
 * indicative.
 */
export const Validity = Schema.Literals(["valid", "diluted", "nonlinear", "stale-track", "tle-only"])
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
  pc: Schema.Finite,
  pcMaximum: Schema.Finite,
  mahalanobisSquared: Schema.Finite,
  validity: Validity,
  conditions: Schema.Array(Schema.String)
})
export type ConjunctionRisk = typeof ConjunctionRisk.Type
