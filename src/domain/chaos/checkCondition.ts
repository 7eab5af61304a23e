/** Whether a condition of a steady state holds, from the short history and the health of the process. */
import type { ConditionCheck } from "../api/chaos.ts"
import type { HealthStatus } from "../api/health.ts"
import type { HistoryPart, HistoryQuery } from "../history/History.ts"
import type { UtcTime } from "../time/UtcTime.ts"
import { type Condition, conditionText } from "./Experiment.ts"

export interface Looks {
  readonly now: () => UtcTime
  readonly read: (query: HistoryQuery) => HistoryPart
  readonly health: () => HealthStatus
}

const ranks: Readonly<Record<HealthStatus, number>> = { ok: 0, degraded: 1, failed: 2 }

const meanOf = (values: ReadonlyArray<number | null>): number | undefined => {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0) / known.length
}

/** Rates add up over series; of levels the greatest counts. A condition on what nobody measures does not hold. */
export const checkCondition = (condition: Condition, { health, now, read }: Looks): ConditionCheck => {
  const text = conditionText(condition)
  if (condition._tag === "health") {
    const rank = ranks[health()]
    return { condition: text, holds: rank <= ranks[condition.atWorst], value: rank }
  }
  const { bound, is, labels, name, overSeconds } = condition
  const until = now()
  const { series } = read({ names: [name], since: until - overSeconds * 1000, until, resolution: "fine" })
  const chosen = series.filter((one) => Object.entries(labels).every(([label, value]) => one.labels[label] === value))
  const means = chosen.map(({ values }) => meanOf(values)).filter((mean) => mean !== undefined)
  if (means.length === 0) return { condition: text, holds: false, value: null }
  const value = chosen[0]?.kind === "rate" ? means.reduce((sum, mean) => sum + mean, 0) : Math.max(...means)
  return { condition: text, holds: is === "at-most" ? value <= bound : value >= bound, value }
}
