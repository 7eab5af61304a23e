/** A {@link Trajectory} that also tells how well it is known: one interface for what is tracked and what nobody observes. TEME, SI. */
import type { UtcTime } from "../../time/UtcTime.ts"
import type { State } from "../propagation/State.ts"
import type { Trajectory } from "./Trajectory.ts"

export interface Ephemeris extends Trajectory {
  /** `undefined` where there is no state: SGP4 gave up, the orbit has come down. */
  readonly stateAt: (time: UtcTime) => State | undefined
  /** Covariance of position and velocity, 6 x 6 row by row, m², m²/s, m²/s², into `out`. False where there is none. */
  readonly covarianceInto: (time: UtcTime, out: Float64Array) => boolean
}
