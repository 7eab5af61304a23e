/** The alerts of a run that are open. */
import type { ConjunctionAlert } from "../../domain/alert/ConjunctionAlert.ts"

/** Those that somebody should look at, the next encounter first. */
export const openAlerts = (alerts: ReadonlyMap<string, ConjunctionAlert>): ReadonlyArray<ConjunctionAlert> =>
  Array.from(alerts.values()).filter(({ level }) => level === "attention" || level === "action")
    .sort((a, b) => a.tca - b.tca)
