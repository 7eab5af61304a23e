/**
 * Somebody has seen an alert and looks after it.
 *
 * It holds for the level that was seen: an alert that has become more urgent since wants to be seen again.
 */
import { Schema } from "effect"
import { UtcTimeFromString } from "../time/UtcTime.ts"
import { AlertStatus, type ConjunctionAlert } from "./ConjunctionAlert.ts"
import { urgency } from "./urgency.ts"

export const Acknowledgement = Schema.Struct({
  alertId: Schema.String,
  /** The version that was seen, and its level. */
  sequence: Schema.Int,
  level: AlertStatus,
  by: Schema.String,
  at: UtcTimeFromString,
  note: Schema.optionalKey(Schema.String)
})
export type Acknowledgement = typeof Acknowledgement.Type

/** The one in force for a version of the alert: the last, unless the alert has become more urgent since. */
export const acknowledgementInForce = (
  alert: ConjunctionAlert,
  acknowledgements: ReadonlyArray<Acknowledgement>
): Acknowledgement | undefined => {
  const last = acknowledgements.at(-1)
  return last !== undefined && urgency(alert.level) <= urgency(last.level) ? last : undefined
}
