/** What a numeric track knows: its orbit, what its sensors share, the pass under way, and whether its object has manoeuvred. */
import type { Target } from "../../../observation/Observation.ts"
import type { UtcTime } from "../../../time/UtcTime.ts"
import type { Heard } from "../../measurement/sensorBias.ts"
import type { TrackEstimate } from "../TrackEstimate.ts"
import type { Orbit } from "./Orbit.ts"

/** A measurement kept for a replay: what the filter takes of an observation. */
export interface KeptMeasurement {
  readonly sourceId: string
  readonly time: UtcTime
  readonly target: Target
  /** Its covariance, row by row. */
  readonly noise: ReadonlyArray<number>
}

/**
 * The pass under way: observations with no gap of more than ten minutes, and not more than twenty minutes of them. Its corrections of the
 * state are summed, carried to the estimate's time, with the covariance that they should have.
 */
export interface Pass {
  readonly first: UtcTime
  readonly last: UtcTime
  readonly accepted: number
  /** The orbit as the pass before left it, and what the sensors had told by then: where a replay begins. */
  readonly before: Orbit | undefined
  readonly heardBefore: ReadonlyArray<Heard>
  /** Seven numbers, and 49. */
  readonly correction: ReadonlyArray<number>
  readonly correctionCovariance: ReadonlyArray<number>
  /** At most a hundred measurements, refused ones with them. */
  readonly kept: ReadonlyArray<KeptMeasurement>
  /** False for what follows a recovery: its corrections are meant to be large. */
  readonly tested: boolean
}

/** The last manoeuvre that was suspected. What was said of the object for times after `after`, before `detectedAt`, did not know of it. */
export interface Manoeuvre {
  /** The last observation before it, as far as is known. */
  readonly after: UtcTime
  readonly detectedAt: UtcTime
  readonly by: "refusals" | "corrections"
  /** Whether a replay from before it fitted the observations. */
  readonly recovered: boolean
}

export interface NumericEstimate {
  readonly dynamics: "numeric"
  readonly objectId: string
  /** What the catalogue says: the orbit as long as nothing was observed. */
  readonly catalogue: TrackEstimate
  readonly orbit: Orbit | undefined
  readonly heard: ReadonlyArray<Heard>
  /** The last accepted observation; the catalogue's epoch before the first. */
  readonly time: UtcTime
  /** Accepted observations so far; 0 is a track that is the catalogue's word alone. */
  readonly accepted: number
  readonly refusedInRow: number
  /** From the flag on until an observation of a later pass is accepted. */
  readonly manoeuvreSuspected: boolean
  readonly manoeuvre: Manoeuvre | undefined
  readonly pass: Pass | undefined
}
