/** What the correlate stage says of a pair: the two estimates that bear on one conjunction, and where in event time they stand. */
import type { Evidence } from "../lineage/Evidence.ts"
import type { Estimate } from "../orbit/tracking/Estimate.ts"
import type { UtcTime } from "../time/UtcTime.ts"
import type { Conjunction } from "./Conjunction.ts"

export interface PairUpdate {
  /** A `retract` is the last final or corrected update of the conjunction, taken back; the `insert` that replaces it follows. */
  readonly operation: "insert" | "retract"
  readonly conjunction: Conjunction
  readonly estimates: readonly [Estimate, Estimate]
  /** `speculative` at once; `final` at the end of a window; a `correction` replaces the last final one. */
  readonly kind: "speculative" | "final" | "correction"
  /** End of the sliding window (exclusive) that this belongs to. */
  readonly windowEnd: UtcTime
  /** Observations of either object in that window. */
  readonly observations: number
  readonly observedUntil: UtcTime
  /** What the estimates rest on: a set for each object that was observed. */
  readonly evidence: ReadonlyArray<Evidence>
}
