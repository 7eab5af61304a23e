/** What `/v1/alerts` answers. */
import { Schema } from "effect"
import { ConjunctionAlert } from "../../alert/ConjunctionAlert.ts"
import { UtcTimeFromString } from "../../time/UtcTime.ts"

export const AlertJson = Schema.Struct({
  /** The newest version. */
  ...ConjunctionAlert.fields,
  /** When the first version was emitted. */
  openedAt: UtcTimeFromString,
  versions: Schema.Int
})
export type AlertJson = typeof AlertJson.Type

export const AlertsAnswer = Schema.Struct({
  /** Open ones first: by level, probability, time of closest approach. */
  alerts: Schema.Array(AlertJson),
  /** Records of the topic that are no alert of this version of the program. */
  unreadable: Schema.Int
})

export const AlertAnswer = Schema.Struct({
  /** In the order in which they were emitted; of an alert with very many some of the middle are left out. */
  versions: Schema.Array(ConjunctionAlert),
  leftOut: Schema.Int
})
