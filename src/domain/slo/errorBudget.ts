/**
 * What is left of an objective's error budget, and what may be done with it.
 *
 * The budget is the bad events that the target allows among those of the window. Its rest is 1 while none is spent, 0 when all are, and
 * negative beyond. Without events nothing is spent. With few events a single bad one can exhaust it: that is what the target says.
 */
import type { UtcTime } from "../time/UtcTime.ts"
import type { Objective } from "./Objective.ts"
import { type Counts, countsSince, type RollingWindow } from "./RollingWindow.ts"

/** What the rest of the budget allows: deploy freely, with extra care, only fixes, nothing. */
export const bands = ["free", "care", "freeze", "exhausted"] as const
export type Band = typeof bands[number]

/** What a band asks for. */
export const policyOf: Readonly<Record<Band, string>> = {
  free: "deploy freely",
  care: "deploy with extra care",
  freeze: "feature freeze: only what brings reliability back, and a postmortem",
  exhausted: "stop deploying and escalate"
}

/** Above a half free, from a tenth care, below it freeze, nothing left exhausted. */
export const bandOf = (remaining: number): Band =>
  remaining <= 0 ? "exhausted" : remaining < 0.1 ? "freeze" : remaining <= 0.5 ? "care" : "free"

/** The share of good events; 1 where there are none. */
export const complianceOf = ({ bad, good }: Counts): number => good + bad === 0 ? 1 : good / (good + bad)

export const budgetRemaining = ({ target }: Objective, { bad, good }: Counts): number =>
  good + bad === 0 ? 1 : 1 - bad / ((1 - target) * (good + bad))

/** How many times faster than allowed the budget is being spent: 1 spends it exactly over the window. */
export const burnRate = ({ target }: Objective, counts: Counts): number => (1 - complianceOf(counts)) / (1 - target)

/** The spans over which burn rates are told, each with its name. */
export const burnSpans: ReadonlyArray<readonly [name: string, millis: number]> = [
  ["5m", 300_000],
  ["1h", 3_600_000],
  ["6h", 21_600_000],
  ["3d", 259_200_000]
]

export interface BudgetReport extends Counts {
  readonly objective: Objective
  readonly compliance: number
  readonly remaining: number
  readonly band: Band
  readonly burnRates: ReadonlyArray<readonly [span: string, rate: number]>
}

/** How an objective stands at `now`. */
export const budgetReport = (objective: Objective, window: RollingWindow, now: UtcTime): BudgetReport => {
  const counts = countsSince(window, now - objective.windowMillis)
  const remaining = budgetRemaining(objective, counts)
  return {
    objective,
    ...counts,
    compliance: complianceOf(counts),
    remaining,
    band: bandOf(remaining),
    burnRates: burnSpans.map(([name, millis]) =>
      [name, burnRate(objective, countsSince(window, now - millis))] as const
    )
  }
}

/** The worst band of all. */
export const worstBand = (reports: ReadonlyArray<BudgetReport>): Band =>
  bands.findLast((band) => reports.some((report) => report.band === band)) ?? "free"
