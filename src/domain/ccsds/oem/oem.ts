/**
 * The model of an orbit ephemeris message, CCSDS 502.0-B: states of one object over a time, in SI units. `readOem.ts` reads KVN and XML,
 * `writeOem.ts` writes KVN.
 */
import type { Frame, Vector3 } from "../../observation/Observation.ts"
import type { UtcTime } from "../../time/UtcTime.ts"

export interface OemState {
  readonly epoch: UtcTime
  /** m. */
  readonly position: Vector3
  /** m/s. */
  readonly velocity: Vector3
  /** m/s². */
  readonly acceleration?: Vector3 | undefined
}

/** Axes that a covariance may be given in beside those of the frame. */
export type OemCovarianceFrame = Frame | "RTN" | "TNW"

export interface OemCovariance {
  readonly epoch: UtcTime
  readonly frame: OemCovarianceFrame
  /** Position and velocity, 6x6 row by row: m², m²/s, m²/s². */
  readonly matrix: ArrayLike<number>
}

export interface OemSegment {
  readonly comments: ReadonlyArray<string>
  readonly objectName: string
  readonly objectId: string
  /** The Earth is the centre. */
  readonly frame: Frame
  /** The span that the states cover, and within it what can be interpolated. */
  readonly start: UtcTime
  readonly stop: UtcTime
  readonly useableStart?: UtcTime | undefined
  readonly useableStop?: UtcTime | undefined
  readonly interpolation?: string | undefined
  readonly interpolationDegree?: number | undefined
  /** Ascending by epoch. */
  readonly states: ReadonlyArray<OemState>
  readonly covariances: ReadonlyArray<OemCovariance>
}

export interface Oem {
  readonly comments: ReadonlyArray<string>
  readonly creationDate: UtcTime
  readonly originator: string
  readonly segments: ReadonlyArray<OemSegment>
}

/** The keywords of the covariance in the XML form: lower triangle row by row. */
export const oemCovarianceKeys: ReadonlyArray<ReadonlyArray<string>> = ["X", "Y", "Z", "X_DOT", "Y_DOT", "Z_DOT"].map((
  left,
  row,
  axes
) => axes.slice(0, row + 1).map((right) => `C${left}_${right}`))
