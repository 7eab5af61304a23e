/** Where an object is, and how well that is known, at any time: one interface for what is tracked and what nobody observes. TEME, SI. */
import type { UtcTime } from "../../time/UtcTime.ts"
import type { State } from "../propagation/State.ts"

export interface Ephemeris {
  readonly objectId: string
  /** `undefined` where there is no state: SGP4 gave up, the orbit has come down. */
  readonly stateAt: (time: UtcTime) => State | undefined
  /** As `stateAt`, into `out` from `offset`: x y z m, vx vy vz m/s. False, and `out` untouched, where there is none. */
  readonly stateInto: (time: UtcTime, out: Float64Array, offset?: number) => boolean
  /** Covariance of position and velocity, 6 x 6 row by row, m², m²/s, m²/s², into `out`. False where there is none. */
  readonly covarianceInto: (time: UtcTime, out: Float64Array) => boolean
}
