/**
 * From findings to one conclusion. A finding that another explains stands aside; the surest of the rest is the cause, if it is sure enough. Where nothing
 * was found, the run is healthy only if enough of it could be seen, else the answer is that one cannot tell.
 */
import { type CauseId, causes } from "./causes.ts"
import type { DiagnosisConclusion, Symptom } from "./Diagnosis.ts"
import type { Evidence } from "./Evidence.ts"
import { type Finding, leastConfidence, type Rule } from "./Finding.ts"
import { feedRules } from "./rules/feeds.ts"
import { letterRules } from "./rules/letters.ts"
import { processRules } from "./rules/process.ts"
import { sensorRules } from "./rules/sensors.ts"
import { stageRules } from "./rules/stages.ts"

export const allRules: ReadonlyArray<Rule> = [
  ...processRules,
  ...feedRules,
  ...sensorRules,
  ...stageRules,
  ...letterRules
]

export type Conclusion = typeof DiagnosisConclusion.Type

/** Younger, a run has not shown what it does. */
const leastUptimeSeconds = 20

/** Symptoms are asked for by somebody who has one: their causes come before others that are as sure. */
const asksFor: Readonly<Record<Symptom, ReadonlyArray<CauseId>>> = {
  auto: [],
  lag: [
    "late-data",
    "feed-down",
    "silent-sensor",
    "slow-stage",
    "slow-disk",
    "busy-process",
    "overload",
    "paused-process",
    "log-unwritable",
    "disk-full"
  ],
  spike: ["slow-stage", "slow-disk", "busy-process", "memory", "overload", "failing-stage", "paused-process"],
  dlq: ["wrong-units", "partner-rubbish", "late-data", "failing-stage", "sensor-clock"],
  "wrong-alert": ["biased-sensor", "sensor-clock", "cross-tagged", "wrong-units", "uncorrelated-sensor", "catalogue"]
}

const explains = (by: Finding, finding: Finding, placesOf: (where: string) => ReadonlyArray<string>): boolean =>
  by !== finding && by.confidence >= finding.confidence - 0.35 && (by.explains?.includes(finding.cause) ?? false)
  && (by.where === finding.where || ["process", "sources", "catalogue", "log", "pipeline"].includes(by.where)
    || placesOf(by.where).includes(finding.where) || !finding.where.match(/^(radar|optical|isl)-/) ||
    by.cause === "slow-stage")

/** The sensors behind a feed: a feed is named as its sensors' kind. */
const sensorsOf = ({ sources }: Evidence) => (where: string): ReadonlyArray<string> =>
  sources?.sensors.filter(({ kind }) => where === `source ${kind}`).map(({ sourceId }) => sourceId) ?? []

export const findingsOf = (evidence: Evidence, rules: ReadonlyArray<Rule>): ReadonlyArray<Finding> => {
  const all = rules.flatMap((rule) => rule(evidence))
  const places = sensorsOf(evidence)
  return all.filter((finding) => !all.some((by) => explains(by, finding, places)))
    .toSorted((a, b) => b.confidence - a.confidence)
}

const nothing = (verdict: "healthy" | "unsure", confidence: number, remedy: string, because: string): Conclusion => ({
  verdict,
  cause: null,
  where: null,
  confidence,
  remedy,
  because,
  since: null,
  also: []
})

const also = (findings: ReadonlyArray<Finding>): Conclusion["also"] =>
  findings.slice(0, 10).map(({ because, cause, confidence, where }) => ({ cause, where, confidence, because }))

/** Why the run cannot be called healthy although no rule says what it has; `undefined`: it can. */
const doubt = ({ status, sources }: Evidence): string | undefined => {
  if (status === undefined || sources === undefined) return "the run could not be asked"
  if (status.uptimeSeconds < leastUptimeSeconds) return `it has run for ${status.uptimeSeconds.toFixed(0)} s only`
  const check = status.health.checks.find((each) => each.status !== "ok")
  if (check !== undefined) return `${check.name} is ${check.status}: ${check.reason}`
  const budget = status.budget.find(({ burnRates }) => (burnRates["5m"] ?? 0) > 1)
  if (budget !== undefined) return `the error budget of ${budget.name} is used up faster than it may`
  if (status.deadLetters.perSecond > 0.5) return `${status.deadLetters.perSecond.toFixed(1)} dead letters a second`
  if (status.lag.unreadRecords > 10_000) return `${status.lag.unreadRecords} records are unread`
  return undefined
}

export const conclude = (evidence: Evidence, symptom: Symptom, rules: ReadonlyArray<Rule> = allRules): Conclusion => {
  const wanted = asksFor[symptom]
  const weight = ({ cause, confidence }: Finding): number => confidence + (wanted.includes(cause) ? 0.25 : 0)
  const findings = findingsOf(evidence, rules).toSorted((a, b) => weight(b) - weight(a))
  const [first, ...rest] = findings
  if (first !== undefined && first.confidence >= leastConfidence) {
    const { because, cause, confidence, since, where } = first
    return {
      verdict: "cause",
      cause,
      where,
      confidence,
      remedy: causes[cause].remedy,
      because,
      since: since ?? null,
      also: also(rest)
    }
  }
  const why = first?.because ?? doubt(evidence)
  return why === undefined
    ? nothing("healthy", 0.8, "Nothing to do", "no rule finds anything, health is ok, the budget is not burning")
    : {
      ...nothing(
        "unsure",
        0,
        "Look at the steps above; the metrics of /v1/history and the traces with errors tell more",
        `cannot tell: ${why}`
      ),
      also: also(findings)
    }
}
