/** Stages: who is at work, who waits for whom, what is given up, by the short history. */
import type { Evidence } from "../Evidence.ts"
import type { Finding, Rule } from "../Finding.ts"
import { lastValues, meanOf, seriesOf, sinceWhen } from "../readHistory.ts"

const recently = 20
/** Stages that wait for the disk, not for the processor. */
const writing = new Set(["ingest", "ingest-commit", "commit", "publish", "store"])

const recentOf = (
  { history }: Evidence,
  name: string,
  labels: Readonly<Record<string, string>> = {}
): number | undefined => {
  const series = seriesOf(history, name, labels)[0]
  return history === undefined || series === undefined ? undefined : meanOf(lastValues(history, series, recently))
}

/** Two seconds of p99, or at work nearly always while the event loop has time: it waits for something. */
const slow: Rule = (evidence) => {
  const { history, status } = evidence
  const loop = recentOf(evidence, "nodejs_eventloop_utilization_ratio")
  const stages = status?.rates.stages ?? []
  const busiest = stages.toSorted((a, b) => b.busy - a.busy)[0]
  if (busiest === undefined || loop === undefined || busiest.busy < 0.7) return []
  const isWriting = writing.has(busiest.stage)
  // A full event loop makes every stage look at work: then the greatest share must stand out.
  const second = stages.filter(({ stage }) => stage !== busiest.stage).reduce(
    (most, { busy }) => Math.max(most, busy),
    0
  )
  if (loop > 0.9 && second > 0.5 * busiest.busy) return []
  return [{
    cause: isWriting ? "slow-disk" : "slow-stage",
    where: isWriting ? "log" : busiest.stage,
    confidence: loop > 0.9 ? 0.75 : 0.85,
    because: `${busiest.stage} is at work ${(100 * busiest.busy).toFixed(0)} % of the time, the next ${
      (100 * second).toFixed(0)
    } %`,
    since: sinceWhen(
      history,
      seriesOf(history, "operator_busy_seconds_total", { stage: busiest.stage })[0],
      (value) => value >= 0.6
    ),
    explains: ["busy-process", "overload", "late-data", "canaries-lost", "slow-stage"]
  }]
}

const failing: Rule = (evidence) =>
  evidence.status?.rates.stages.flatMap(({ stage }): ReadonlyArray<Finding> => {
    const dead = recentOf(evidence, "operator_events_total", { stage, outcome: "dead" }) ?? 0
    const done = recentOf(evidence, "operator_events_total", { stage, outcome: "processed" }) ?? 0
    const own = evidence.letters?.deadLetters.filter(({ errorKind, operator }) =>
      operator === stage && (errorKind === "ProcessingException" || errorKind === "RetryBudgetExhausted")
    ) ?? []
    return dead / Math.max(dead + done, 0.1) < 0.01 || own.length < 3 ? [] : [{
      cause: "failing-stage",
      where: stage,
      confidence: 0.88,
      because: `${stage} gives up ${(100 * dead / (dead + done)).toFixed(0)} % of its input: ${own[0]?.message ?? ""}`,
      since: sinceWhen(
        evidence.history,
        seriesOf(evidence.history, "operator_events_total", { stage, outcome: "dead" })[0],
        (value) =>
          value > 0,
        20
      ),
      explains: ["partner-rubbish", "canaries-lost"]
    }]
  }) ?? []

const shedding: Rule = (evidence) => {
  const shed = seriesOf(evidence.history, "operator_events_total", { outcome: "shed" })
    .reduce(
      (sum, series) =>
        sum + (evidence.history === undefined ? 0 : meanOf(lastValues(evidence.history, series, recently)) ?? 0),
      0
    )
  return shed < 1 ? [] : [{
    cause: "overload",
    where: "process",
    confidence: 0.8,
    because: `${shed.toFixed(0)} observations a second of low priority are shed`,
    explains: ["busy-process", "canaries-lost", "late-data"]
  }]
}

/** In a run without faults nothing comes twice; what the first stages filter out as known are repeats. */
const repeats: Rule = (evidence) => {
  const filtered = recentOf(evidence, "operator_events_total", { stage: "dedupe", outcome: "filtered" }) ?? 0
  const done = recentOf(evidence, "operator_events_total", { stage: "dedupe", outcome: "processed" }) ?? 0
  const share = filtered / Math.max(filtered + done, 1)
  return share < 0.03 ? [] : [{
    cause: "duplicates",
    where: "sources",
    confidence: 0.85,
    because: `${(100 * share).toFixed(0)} % of what arrives was there already`,
    since: sinceWhen(
      evidence.history,
      seriesOf(evidence.history, "operator_events_total", { stage: "dedupe", outcome: "filtered" })[0],
      (value) => value > 0
    )
  }]
}

export const stageRules: ReadonlyArray<Rule> = [slow, failing, shedding, repeats]
