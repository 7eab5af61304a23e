/** A run at a glance, as `/v1/status` gives it. */
import { pid } from "node:process"
import type { HealthCheck } from "../../domain/api/health.ts"
import type { SensorView } from "../../domain/api/sources.ts"
import type { StatusAnswer } from "../../domain/api/status.ts"
import type { BudgetReport } from "../../domain/slo/errorBudget.ts"
import { format } from "../../domain/time/UtcTime.ts"
import type { CanaryReport } from "../../layers/canary/CanaryWatch.ts"
import { worstStatus } from "../../layers/health/Health.ts"
import { version } from "../version.ts"
import type { RunView } from "./job.ts"
import { openAlerts } from "./openAlerts.ts"
import type { Progress } from "./Progress.ts"

/** What it is made of, each asked when somebody looks. */
export interface StatusSources {
  readonly run: RunView
  readonly sensors: () => ReadonlyArray<SensorView>
  readonly health: () => ReadonlyArray<HealthCheck>
  readonly budgets: () => ReadonlyArray<BudgetReport>
  readonly canaries: () => CanaryReport
  readonly occupancy: () => ReadonlyMap<string, number>
  readonly commitLag: () => ReadonlyMap<string, number>
  readonly history: {
    readonly recent: (name: string, labels: Readonly<Record<string, string>>, seconds: number) => number | undefined
  }
}

const recentSeconds = 10
const outcomes = ["processed", "filtered", "late", "dead", "shed"] as const
const shownAlerts = 5
/** A stage at work for less is no bottleneck, whoever waits. */
const leastBusy = 0.7

const sum = (values: Iterable<number>): number => Iterator.from(values).reduce((total, value) => total + value, 0)

const worst = (values: ReadonlyArray<number | null>): number | null => {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : Math.max(...known)
}

const stageRates = ({ stages }: Progress, history: StatusSources["history"]): StatusAnswer["rates"]["stages"] =>
  stages.map(([stage, counts]) => {
    const of = (name: string, labels = {}) => history.recent(name, { stage, ...labels }, recentSeconds) ?? 0
    return {
      stage,
      perSecond: sum(outcomes.map((outcome) => of("operator_events_total", { outcome }))),
      emittedPerSecond: of("operator_emitted_total"),
      busy: Math.min(1, of("operator_busy_seconds_total")),
      backpressured: Math.min(1, of("operator_backpressured_seconds_total")),
      inFlight: counts.inFlight,
      in: counts.in,
      emitted: counts.emitted,
      filtered: counts.filtered,
      late: counts.late,
      dead: counts.dead,
      shed: counts.shed
    }
  })

/** The busiest of those that hardly wait, where somebody above waits for one. */
const bottleneckOf = (stages: StatusAnswer["rates"]["stages"]): string | null => {
  const busiest = stages.toSorted((a, b) => b.busy - a.busy)[0]
  return busiest !== undefined && busiest.busy >= leastBusy ? busiest.stage : null
}

const sensorSummary = (sensors: ReadonlyArray<SensorView>): StatusAnswer["sensors"] => {
  const count = (state: SensorView["state"]) => sensors.filter((sensor) => sensor.state === state).length
  return {
    total: sensors.length,
    ok: count("ok"),
    idle: count("idle"),
    waiting: count("waiting"),
    suspects: sensors.flatMap(({ hints, sourceId, state }) => hints.map((hint) => ({ sourceId, state, ...hint })))
  }
}

const canaryStatus = ({ bySource, enabled, firstArrival, total }: CanaryReport): StatusAnswer["canaries"] => ({
  enabled,
  firstArrival: firstArrival === undefined ? null : format(firstArrival),
  ...total,
  bySource: Object.fromEntries(bySource)
})

const alertSummary = (alerts: Progress["alerts"]): StatusAnswer["alerts"] => {
  const open = openAlerts(alerts)
  return {
    open: open.length,
    action: open.filter(({ level }) => level === "action").length,
    attention: open.filter(({ level }) => level === "attention").length,
    next: open.slice(0, shownAlerts).map(({ alertId, level, missDistanceMetres, objects, pc, tca, validity }) => ({
      alertId,
      objects: [...objects],
      level,
      tca: format(tca),
      missDistanceMetres,
      pc,
      validity
    }))
  }
}

export const statusAnswer = (sources: StatusSources): StatusAnswer => {
  const { budgets, canaries, commitLag, health, history, occupancy, run } = sources
  const progress = run.progress()
  const { deadLetters, now, tally } = progress
  const sensors = sources.sensors()
  const checks = health()
  const stages = stageRates(progress, history)
  const watermark = run.readings.watermark()
  const recent = (name: string) => history.recent(name, {}, recentSeconds) ?? null
  return {
    version,
    at: format(now),
    startedAt: format(run.startedAt),
    uptimeSeconds: (now - run.startedAt) / 1000,
    role: "all",
    health: { status: worstStatus(checks), checks },
    rates: {
      observationsPerSecond: sum(
        sensors.map(({ sourceId }) =>
          history.recent("source_observations_total", { source: sourceId }, recentSeconds) ?? 0
        )
      ),
      observations: sum(tally.byKind.values()),
      bySourceKind: Object.fromEntries(tally.byKind),
      stages,
      bottleneck: bottleneckOf(stages),
      edges: Array.from(occupancy(), ([edge, share]) => ({ edge, occupancy: share }))
    },
    lag: {
      watermarkSeconds: watermark === undefined || !Number.isFinite(watermark) ? null : (now - watermark) / 1000,
      unreadRecords: Math.max(0, progress.behind),
      commitLag: Object.fromEntries(commitLag()),
      sourceSeconds: worst(sensors.map(({ lag }) => lag.meanSeconds)),
      pipelineSeconds: worst(sensors.map(({ lag }) => lag.pipelineSeconds))
    },
    sensors: sensorSummary(sensors),
    alerts: alertSummary(progress.alerts),
    deadLetters: {
      total: sum(deadLetters.values()),
      perSecond: sum(
        Array.from(
          deadLetters.keys(),
          (kind) => history.recent("dlq_entries_total", { error_kind: kind }, recentSeconds) ?? 0
        )
      ),
      byErrorKind: Object.fromEntries(deadLetters)
    },
    budget: budgets().map(({ band, burnRates, compliance, objective, remaining }) => ({
      name: objective.name,
      thresholdSeconds: objective.thresholdMillis / 1000,
      target: objective.target,
      compliance,
      remaining,
      band,
      burnRates: Object.fromEntries(burnRates)
    })),
    canaries: canaryStatus(canaries()),
    dependencies: checks.filter(({ name }) => name === "log" || name.startsWith("source ")),
    tasks: [{ id: run.group, state: run.stopping() ? "draining" : run.running() ? "running" : "ended" }],
    process: {
      pid,
      eventLoopUtilization: recent("nodejs_eventloop_utilization_ratio"),
      cpuSecondsPerSecond: recent("process_cpu_seconds_total"),
      heapUsedBytes: recent("nodejs_heap_used_bytes"),
      residentBytes: recent("process_resident_memory_bytes")
    }
  }
}
