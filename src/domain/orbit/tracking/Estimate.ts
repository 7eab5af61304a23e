/** An estimate of either dynamics: an offset of the element set's orbit, or an integrated one. */
import type { NumericEstimate } from "./numeric/NumericEstimate.ts"
import type { TrackEstimate } from "./TrackEstimate.ts"

export type Estimate = TrackEstimate | NumericEstimate

export const isNumeric = (estimate: Estimate): estimate is NumericEstimate => "dynamics" in estimate
