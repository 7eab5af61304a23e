/** Shows a run to whoever asks from outside: its metrics and their short history, its status and its sensors, and whether it is healthy. */
import { Effect } from "effect"
import type { HealthCheck } from "../../domain/api/health.ts"
import { checkCondition } from "../../domain/chaos/checkCondition.ts"
import { makeSight } from "../../domain/observation/sensorHealth/expectedSight.ts"
import { CanaryWatch } from "../../layers/canary/CanaryWatch.ts"
import { Chaos } from "../../layers/chaos/Chaos.ts"
import { DeadLetters } from "../../layers/deadletters/DeadLetters.ts"
import { Health, worstStatus } from "../../layers/health/Health.ts"
import { type LogProbe, startLogProbe } from "../../layers/health/logProbe.ts"
import { MetricHistory } from "../../layers/history/MetricHistory.ts"
import { makePipelineSampler } from "../../layers/history/pipelineSampler.ts"
import { makeProcessSampler } from "../../layers/history/processSampler.ts"
import { Inspection } from "../../layers/inspection/Inspection.ts"
import { SensorHealth } from "../../layers/inspection/SensorHealth.ts"
import { Collectors } from "../../layers/metrics/Collectors.ts"
import { observePipeline, type PipelineView } from "../../layers/metrics/pipelineMetrics.ts"
import { observeSensors } from "../../layers/metrics/sensorMetrics.ts"
import { Slo } from "../../layers/slo/Slo.ts"
import { PipelineGraphs } from "../../layers/stage/PipelineGraphs.ts"
import { StageChannels } from "../../layers/stage/StageChannels.ts"
import { graphJson } from "../../operators/graph/graphText.ts"
import type { RunView } from "./job.ts"
import { openAlerts } from "./openAlerts.ts"
import { sensorViewsOf, sourcesAnswer } from "./sensorViews.ts"
import { logStages } from "./stageLog.ts"
import { statusAnswer } from "./statusAnswer.ts"
import { watchWrites } from "./watchWrites.ts"

const stageCheck = ({ progress, running }: RunView): HealthCheck => ({
  name: "stages",
  status: running() ? "ok" : "failed",
  reason: running() ? `${progress().stages.length} stages are at work` : "the pipeline has ended"
})

const logCheck = (probe: LogProbe, writes: () => string | undefined): HealthCheck => {
  const failure = writes() ?? probe.failure()
  return failure !== undefined
    ? { name: "log", status: "failed", reason: failure }
    : probe.answeredAt() === undefined
    ? { name: "log", status: "failed", reason: "has not answered yet" }
    : { name: "log", status: "ok", reason: "answers, and takes what is written" }
}

const stoppingCheck = ({ stopping }: RunView): ReadonlyArray<HealthCheck> =>
  stopping() ? [{ name: "run", status: "failed", reason: "asked to stop: what was received is worked off" }] : []

/** A feed is degraded while its circuit is open, or it refuses: the others go on, and so does the run. */
export const sourceChecks = ({ progress }: Pick<RunView, "progress">): ReadonlyArray<HealthCheck> => {
  const { now, sources } = progress()
  return Array.from(sources, ([source, { circuit, lastSeen, received, refusal }]): HealthCheck => {
    const name = `source ${source}`
    if (refusal !== undefined) return { name, status: "degraded", reason: refusal }
    if (circuit === "Open") return { name, status: "degraded", reason: "its circuit is open: calls to it fail" }
    return {
      name,
      status: "ok",
      reason: lastSeen === undefined
        ? "nothing received yet"
        : `${received} records received, the last ${((now - lastSeen) / 1000).toFixed(1)} s ago`
    }
  })
}

/** Gives what a job is to be observed with: metrics and health of the services in force. */
export const observeRun = Effect.gen(function*() {
  const collectors = yield* Collectors
  const health = yield* Health
  const channels = yield* StageChannels
  const { notes } = yield* SensorHealth
  const inspection = yield* Inspection
  const chaos = yield* Chaos
  const history = yield* MetricHistory
  const slo = yield* Slo
  const canaries = yield* CanaryWatch
  const letters = yield* DeadLetters
  const graphs = yield* PipelineGraphs
  return Effect.fnUntraced(function*(run: RunView) {
    const { catalogue, group, ingestRetries, progress, readings, registry, startedAt, stateSizes, topic } = run
    yield* graphs.add({ name: group, ...graphJson(run.graph) })
    yield* Effect.forkScoped(logStages(() => progress().stages))
    const probe = yield* startLogProbe({ topics: [topic], group })
    const writes = yield* watchWrites(() => progress().stages)
    yield* health.add("live", () => [stageCheck(run)])
    yield* health.add(
      "ready",
      () => [...stoppingCheck(run), stageCheck(run), logCheck(probe, writes), ...sourceChecks(run)]
    )
    const catalogueEpoch = catalogue.values().reduce((newest, { epoch }) => Math.max(newest, epoch), -Infinity)
    const view: PipelineView = {
      now: () => progress().now,
      startedAt,
      stages: () => progress().stages,
      feeds: () => progress().sources,
      sensorIds: Array.from(registry.bySourceId.keys()),
      sensors: () => progress().tally.bySensor,
      behind: () => progress().behind,
      ingestRetries,
      watermark: readings.watermark,
      sourceWatermarks: readings.sourceWatermarks,
      pendingWindows: readings.pendingWindows,
      stateSizes,
      channelOccupancy: channels.occupancy,
      retractions: readings.retractions,
      commitLag: probe.lag,
      catalogueEpoch: Number.isFinite(catalogueEpoch) ? catalogueEpoch : undefined
    }
    const sensors = () => sensorViewsOf(notes, progress())
    const budgets = () => slo.reports(progress().now)
    yield* Effect.andThen(observePipeline(view), observeSensors(sensors)).pipe(
      Effect.provideService(Collectors, collectors)
    )
    if (run.isLive && notes !== undefined) {
      notes.expect(makeSight(Array.from(catalogue.values())))
      yield* Effect.forkScoped(Effect.forever(Effect.andThen(Effect.sleep("10 seconds"), Effect.sync(notes.closeSlot))))
    }
    yield* history.add(makeProcessSampler())
    yield* history.add(
      yield* makePipelineSampler({
        view,
        notes,
        deadLetters: letters.countByErrorKind,
        canaries: canaries.report,
        openAlerts: () => openAlerts(progress().alerts).length,
        budgets
      })
    )
    const healthChecks = () => [
      ...health.ask("live"),
      ...health.ask("ready").filter(({ name }) => name !== "stages")
    ]
    yield* chaos.watchWith({
      stages: () => progress().stages.map(([stage]) => stage),
      check: (condition) =>
        checkCondition(condition, {
          now: () => progress().now,
          read: history.read,
          health: () => worstStatus(healthChecks())
        })
    })
    yield* inspection.answerWith({
      status: () =>
        statusAnswer({
          run,
          sensors,
          health: healthChecks,
          budgets,
          canaries: canaries.report,
          occupancy: channels.occupancy,
          commitLag: probe.lag,
          history
        }),
      sources: () => sourcesAnswer(notes, progress())
    })
  })
})
