/** Which alert matters more: by level, then by probability, then by how soon it is. */
import type { AlertStatus, ConjunctionAlert } from "./ConjunctionAlert.ts"

const urgencies: Readonly<Record<AlertStatus, number>> = {
  action: 2,
  attention: 1,
  cleared: 0,
  expired: 0,
  withdrawn: 0
}

/** 2 for `action`, 1 for `attention`, 0 where nothing is to be done any more. */
export const urgency = (level: AlertStatus): number => urgencies[level]

/** Still to come, and within the limits. */
export const isOpen = ({ level }: Pick<ConjunctionAlert, "level">): boolean => urgency(level) > 0

const probability = ({ pc }: ConjunctionAlert): number => pc ?? -1

/** What matters most stands first. Of those that matter to nobody any more the last encounter does. Total: ties go by id. */
export const byUrgency = (a: ConjunctionAlert, b: ConjunctionAlert): number =>
  urgency(b.level) - urgency(a.level)
  || (isOpen(a) ? probability(b) - probability(a) || a.tca - b.tca : b.tca - a.tca)
  || (a.alertId < b.alertId ? -1 : a.alertId > b.alertId ? 1 : 0)
