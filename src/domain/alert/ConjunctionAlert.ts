/** One version of an alert. The delivery key is (alertId, sequence); a strictly greater sequence replaces what is held. */
import { Schema } from "effect"
import { UtcTimeFromString } from "../time/UtcTime.ts"
import { AlertStates } from "./AlertStates.ts"
import { ConjunctionRisk } from "./ConjunctionRisk.ts"

/** `withdrawn`: raised on speculation, and the complete data do not bear it out. */
export const AlertStatus = Schema.Literals(["attention", "action", "cleared", "expired", "withdrawn"])
export type AlertStatus = typeof AlertStatus.Type

export const ConjunctionAlert = Schema.Struct({
  schemaVersion: Schema.Literal(1),
  alertId: Schema.String,
  /** From 1. */
  sequence: Schema.Int,
  objects: Schema.Tuple([Schema.String, Schema.String]),
  level: AlertStatus,
  levelBy: Schema.Literals(["probability", "miss-distance"]),
  /** False while later observations within the lateness may still change this version. */
  final: Schema.Boolean,
  emittedAt: UtcTimeFromString,
  /** Event time of the newest observation that bears on this version. */
  observedUntil: UtcTimeFromString,
  /** Observations of either object in the last window of 30 s. */
  observations: Schema.Int,
  ...ConjunctionRisk.fields,
  /** Absent in versions of before they were kept, and where no closest approach is left. */
  states: Schema.optionalKey(AlertStates)
})
export type ConjunctionAlert = typeof ConjunctionAlert.Type

/**
 * What two versions must share to say the same: all but sequence, emission time, whether it is final, and how many observations lie in the
 * window (which falls as the window slides on, with nothing new known).
 */
export const sameContent = (a: ConjunctionAlert, b: ConjunctionAlert): boolean => contentOf(a) === contentOf(b)

const contentOf = (alert: ConjunctionAlert): string =>
  JSON.stringify({ ...alert, sequence: 0, emittedAt: 0, final: true, observations: 0 })
