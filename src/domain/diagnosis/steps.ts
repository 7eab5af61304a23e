/** The steps of a diagnosis in their fixed order: metrics, lineage, traces, then letters and health. Each tells what was looked at, what was seen, and where there is more. */
import type { DiagnosisStep } from "./Diagnosis.ts"
import type { Evidence } from "./Evidence.ts"

type Step = Omit<DiagnosisStep, "order">

const notAsked = "could not be asked"

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`

const seconds = (value: number | null): string => value === null ? "unknown" : `${value.toFixed(2)} s`

const lag = ({ status }: Evidence): Step => ({
  kind: "metrics",
  looked: "is it the sources or the pipeline: lag, unread records",
  saw: status === undefined
    ? notAsked
    : `slowest source ${seconds(status.lag.sourceSeconds)}, pipeline ${
      seconds(status.lag.pipelineSeconds)
    }, ${status.lag.unreadRecords} unread; ${status.rates.observationsPerSecond.toFixed(0)} observations a second`,
  more: "perigee status"
})

const sensors = ({ sources }: Evidence): Step => ({
  kind: "metrics",
  looked: "every sensor against what is expected of it, every feed",
  saw: sources === undefined
    ? notAsked
    : [
      ...sources.sensors.flatMap(({ hints, sourceId }) =>
        hints.map(({ cause, since, text }) => `${sourceId} ${cause} since ${since}: ${text}`)
      ),
      ...sources.feeds.filter(({ circuit, refusal }) => refusal !== null || (circuit !== null && circuit !== "Closed"))
        .map(({ circuit, feed, refusal }) => `feed ${feed}: ${refusal ?? `circuit ${circuit}`}`)
    ].slice(0, 12).join("; ") || `${sources.sensors.length} sensors and ${sources.feeds.length} feeds, none stands out`,
  more: "perigee status --sensors"
})

const stages = ({ status }: Evidence): Step => {
  const busiest = status?.rates.stages.toSorted((a, b) => b.busy - a.busy).slice(0, 3) ?? []
  const fullest = status?.rates.edges.toSorted((a, b) => b.occupancy - a.occupancy)[0]
  return {
    kind: "metrics",
    looked: "stages at work, the channel that is full just upstream, the event loop",
    saw: status === undefined
      ? notAsked
      : `${
        busiest.map(({ backpressured, busy, stage }) =>
          `${stage} at work ${percent(busy)}, waiting for output ${percent(backpressured)}`
        ).join("; ")
      }${fullest === undefined ? "" : `; fullest ${fullest.edge} ${percent(fullest.occupancy)}`}; event loop ${
        status.process.eventLoopUtilization === null ? "unknown" : percent(status.process.eventLoopUtilization)
      }`,
    more: "page /pipeline"
  }
}

const canaries = ({ status }: Evidence): Step => ({
  kind: "metrics",
  looked: "canaries against real traffic, the error budget",
  saw: status === undefined
    ? notAsked
    : `${
      status.canaries.enabled
        ? `${status.canaries.arrived} of ${status.canaries.emitted} canaries arrived, ${status.canaries.missed} missed`
        : "canaries are off"
    }; ${status.budget.map(({ name, remaining }) => `${name} ${percent(remaining)} left`).join(", ")}`,
  more: "curl localhost:8090/canary; perigee budget"
})

/** The sensors that an alert rests on, each with what is known of it. */
const lineage = ({ lineage, sources }: Evidence, id: string | undefined): Step => {
  const inputs = lineage?.inputs ?? []
  const bySensor = new Map<string, number>()
  for (const { sourceId } of inputs) if (sourceId !== null) bySensor.set(sourceId, (bySensor.get(sourceId) ?? 0) + 1)
  const rows = Array.from(bySensor).toSorted(([, a], [, b]) => b - a).slice(0, 8).map(([sensor, count]) => {
    const view = sources?.sensors.find(({ sourceId }) => sourceId === sensor)
    const worst = view?.residuals.toSorted((a, b) => Math.abs(b.normalisedBias) - Math.abs(a.normalisedBias))[0]
    return `${sensor} ${count}${
      worst === undefined ? "" : ` (${worst.component} ${worst.normalisedBias.toFixed(2)} sigma off)`
    }${view === undefined || view.hints.length === 0 ? "" : `, ${view.hints.map(({ cause }) => cause).join(", ")}`}`
  })
  return {
    kind: "lineage",
    looked: id === undefined ? "what the newest alert rests on" : `what alert ${id} rests on`,
    saw: lineage === undefined
      ? "no lineage is kept of an alert here"
      : `${inputs.length} inputs in ${lineage.steps.length} steps: ${rows.join("; ")}${
        lineage.truncated ? "; more was left out" : ""
      }`,
    more: `perigee lineage backward ${lineage?.id ?? id ?? "ALERT"}`
  }
}

const traces = ({ slowest }: Evidence): Step => {
  const names = new Map(slowest?.spans.map(({ name, spanId }) => [spanId, name] as const))
  const path = slowest?.criticalPath.toSorted((a, b) => b.durationNanos - a.durationNanos).slice(0, 3) ?? []
  return {
    kind: "traces",
    looked: "the critical path of the longest of the newest traces",
    saw: slowest === undefined
      ? "no trace is kept"
      : `${slowest.rootName} ${(slowest.durationNanos / 1e6).toFixed(1)} ms, ${slowest.errorCount} errors: ${
        path.map(({ durationNanos, spanId, waiting }) =>
          `${names.get(spanId) ?? spanId} ${(durationNanos / 1e6).toFixed(1)} ms${waiting ? " waiting" : ""}`
        ).join(", ")
      }`,
    more: slowest === undefined ? "perigee trace search" : `perigee trace get ${slowest.traceId}`
  }
}

const letters = ({ letters, samples }: Evidence): Step => ({
  kind: "letters",
  looked: "what was given up, whose, the newest payloads",
  saw: letters === undefined
    ? notAsked
    : letters.total === 0
    ? "no dead letters"
    : `${letters.total}: ${
      Object.entries(letters.bySensor).slice(0, 5).map(([sensor, counts]) =>
        `${sensor} ${Object.entries(counts).map(([kind, count]) => `${kind} ${count}`).join(" ")}`
      ).join("; ")
    }${(samples ?? []).slice(0, 2).map(({ message, text }) => `; "${message}" in ${text}`).join("")}`,
  more: "perigee dlq list"
})

const health = ({ missing, status }: Evidence): Step => ({
  kind: "health",
  looked: "health of log, stages and sources; what could not be asked",
  saw: [
    status === undefined
      ? notAsked
      : status.health.checks.filter((check) => check.status !== "ok").map(({ name, reason }) => `${name}: ${reason}`)
        .join("; ") || "all checks are ok",
    ...missing
  ].join("; "),
  more: "curl localhost:8090/health"
})

export const stepsOf = (evidence: Evidence, id: string | undefined): ReadonlyArray<DiagnosisStep> =>
  [
    lag(evidence),
    sensors(evidence),
    stages(evidence),
    canaries(evidence),
    lineage(evidence, id),
    traces(evidence),
    letters(evidence),
    health(evidence)
  ]
    .map((step, place) => Object.assign({ order: place + 1 }, step))
