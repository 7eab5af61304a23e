/** What the stages match and track say of an observation: it moved a track, or it belongs to none. */
import type { Observation } from "../../observation/Observation.ts"
import type { UtcTime } from "../../time/UtcTime.ts"
import type { Estimate } from "./Estimate.ts"

/**
 * An object's estimate after an accepted observation. `speculative` ones come at once, in the order of arrival; `final` ones when the
 * watermark has passed the observation, in event-time order over all objects. An observation that is late but within the allowed lateness
 * gives a `correction` for itself, and one for each later final update of its object that it changed, in event-time order.
 */
export interface TrackUpdate {
  readonly _tag: "TrackUpdate"
  readonly objectId: string
  readonly estimate: Estimate
  readonly observationTime: UtcTime
  readonly kind: "speculative" | "final" | "correction"
  /** True for a correction of an update that was final before: a new estimate, no new observation. */
  readonly revises: boolean
}

/** An observation that was forced onto no track (UCT). */
export interface UncorrelatedObservation {
  readonly _tag: "UncorrelatedObservation"
  readonly observation: Observation
  /** `unmatched`: no object near; `ambiguous`: more than one; `outside-gate`: its object is near, but the residual is past chi-square 0.999. */
  readonly reason: "unmatched" | "ambiguous" | "outside-gate"
  readonly candidates: ReadonlyArray<string>
}

export type Association = TrackUpdate | UncorrelatedObservation
