/**
 * The model of a conjunction data message, CCSDS 508.0-B. `readCdm.ts` reads it, `writeCdm.ts` writes it, in each notation.
 *
 * What Perigee computes with has fields of its own, in SI units. All else that the standard knows is kept by its keyword, in the standard's
 * units, so that what was read is written again. States are written in the frame that they come in: the standard allows EME2000, GCRF and
 * ITRF, not TEME, so the caller converts. The covariance is along the RTN axes of the object's own inertial state, whatever the frame of the
 * state.
 */
import type { Vector3 } from "../../observation/Observation.ts"
import type { State } from "../../orbit/propagation/State.ts"
import type { UtcTime } from "../../time/UtcTime.ts"
import type {
  CdmObjectNumber,
  CdmObjectText,
  CdmRelativeNumber,
  CdmRelativeText,
  CdmRelativeTime
} from "./cdmKeywords.ts"

export type CdmFrame = "EME2000" | "GCRF" | "ITRF"

export interface CdmObject {
  readonly comments: ReadonlyArray<string>
  readonly designator: string
  readonly catalogName: string
  readonly name: string
  /** COSPAR form; `UNKNOWN` when it is not known. */
  readonly internationalDesignator: string
  readonly ephemerisName: string
  readonly covarianceMethod: "CALCULATED" | "DEFAULT"
  readonly maneuverable: "YES" | "NO" | "N/A"
  readonly frame: CdmFrame
  readonly lastObservation: UtcTime | undefined
  /** Start of the span that the last accepted observation lies in; absent: `lastObservation`. */
  readonly lastObservationStart?: UtcTime | undefined
  /** At TCA, m and m/s, in `frame`. */
  readonly state: State
  /** RTN position and velocity, 6x6 row by row: m², m²/s, m²/s². */
  readonly covariance: ArrayLike<number>
  readonly texts?: Readonly<Partial<Record<CdmObjectText, string>>>
  /** Orbit determination, areas, mass, coefficients, and the covariance with drag, radiation pressure and thrust. */
  readonly numbers?: Readonly<Partial<Record<CdmObjectNumber, number>>>
}

/** The volume and the time that were screened. */
export interface CdmScreening {
  readonly texts: Readonly<Partial<Record<CdmRelativeText, string>>>
  readonly times: Readonly<Partial<Record<CdmRelativeTime, UtcTime>>>
  readonly numbers: Readonly<Partial<Record<CdmRelativeNumber, number>>>
}

export interface Cdm {
  readonly comments: ReadonlyArray<string>
  readonly creationDate: UtcTime
  readonly originator: string
  readonly messageFor?: string | undefined
  readonly messageId: string
  readonly tca: UtcTime
  /** m. */
  readonly missDistance: number
  /** m/s. */
  readonly relativeSpeed: number | undefined
  /** Object 2 minus object 1 along the RTN axes of object 1, m. */
  readonly relativePosition: Vector3 | undefined
  /** m/s. */
  readonly relativeVelocity: Vector3 | undefined
  readonly screening?: CdmScreening | undefined
  readonly collisionProbability: number | undefined
  readonly collisionProbabilityMethod: string | undefined
  readonly objects: readonly [CdmObject, CdmObject]
}
