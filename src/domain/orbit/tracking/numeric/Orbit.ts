/** An orbit with its uncertainty at a time: what a numeric track estimates. Plain numbers throughout. */
import type { UtcTime } from "../../../time/UtcTime.ts"

export interface Orbit {
  readonly time: UtcTime
  /** Position m and velocity m/s in GCRF, and the ballistic coefficient, m²/kg (see `ForceModel.ts`). */
  readonly state: ReadonlyArray<number>
  /** 7 x 7, row by row, symmetric to the bit. */
  readonly covariance: ReadonlyArray<number>
}

/** Numbers estimated. */
export const orbitSize = 7
