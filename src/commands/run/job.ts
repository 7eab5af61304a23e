/**
 * One run: sources into the log, the log through the fusion pipeline, alerts out; then everything drained and a report.
 */
import { Clock, Context, Deferred, Effect, Fiber, Layer, Option, type Scope, Stream } from "effect"
import { observationsTopic } from "../../domain/observation/formats/rawRecordHeaders.ts"
import type { SensorRegistry } from "../../domain/observation/sensors/SensorRegistry.ts"
import type { Catalogue } from "../../domain/orbit/catalogue/Catalogue.ts"
import { tick } from "../../domain/stream/Envelope.ts"
import type { UtcTime } from "../../domain/time/UtcTime.ts"
import { AlertStore } from "../../layers/alerts/AlertStore.ts"
import { conjunctionsRetentionMillis, conjunctionsTopic } from "../../layers/alerts/conjunctionsTopic.ts"
import { CanaryInjector } from "../../layers/canary/CanaryInjector.ts"
import { CanaryWatch } from "../../layers/canary/CanaryWatch.ts"
import { DeadLetters } from "../../layers/deadletters/DeadLetters.ts"
import { SensorHealth } from "../../layers/inspection/SensorHealth.ts"
import { GroupMember } from "../../layers/log/GroupMember.ts"
import { type LogError, MessageLog } from "../../layers/log/MessageLog.ts"
import { Shutdown } from "../../layers/runtime/Shutdown.ts"
import type { SourceError } from "../../layers/sources/Source.ts"
import { SourceStats } from "../../layers/sources/SourceStats.ts"
import { HeadSampler } from "../../layers/stage/HeadSampler.ts"
import { StageTracing } from "../../layers/stage/StageHooks.ts"
import { StageRegistry } from "../../layers/stage/StageRegistry.ts"
import { StageState } from "../../layers/stage/StageState.ts"
import { Toggles } from "../../layers/toggles/Toggles.ts"
import { KeptTraces } from "../../layers/tracing/recorder/KeptTraces.ts"
import { SettleTraces } from "../../layers/tracing/recorder/SettleTraces.ts"
import { TaskUnits } from "../../layers/units/TaskUnits.ts"
import { canaries } from "../../operators/fusion/canaries.ts"
import type { FusionOptions, FusionSettings } from "../../operators/fusion/fusion.ts"
import { fusionGroup, fusionPipeline } from "../../operators/fusion/fusionPipeline.ts"
import { type FusionReadings, fusionReadings } from "../../operators/fusion/fusionReadings.ts"
import { makeTally } from "../../operators/fusion/observations/decode.ts"
import { ingest, ingestCommitStage, ingestStage } from "../../operators/fusion/observations/ingest.ts"
import { uncorrelatedTopic } from "../../operators/fusion/tracking/publishUncorrelated.ts"
import type { Graph } from "../../operators/graph/Graph.ts"
import { UnreadableState } from "../../operators/stage/running/pure.ts"
import type { StageServices } from "../../operators/stage/Stage.ts"
import { InputError } from "../InputError.ts"
import { drain } from "./drain.ts"
import { leftBehind } from "./leftBehind.ts"
import { makeBeat, makeTellJump } from "./passingTime.ts"
import type { Progress } from "./Progress.ts"
import type { RunReport } from "./RunReport.ts"
import type { World } from "./world.ts"

interface JobOptions {
  readonly registry: SensorRegistry
  readonly catalogue: Catalogue
  /** The protected objects, and sizes, where they are given. */
  readonly known?: Pick<FusionOptions, "assets" | "bodies">
  readonly settings: FusionSettings
  readonly partitions: number
  readonly seed: number | undefined
  readonly world: World
  /** What earlier runs knew is of another world. Default: false. */
  readonly beginsAnew?: boolean
  /** That of the machine, whatever the scenario's says. */
  readonly realClock: Clock.Clock
  /** By how much the clock jumped ahead, ms: what passed of time is without it. */
  readonly jumpMillis?: () => number
  /** Watches the run; `undefined`: in silence. */
  readonly watch: ((progress: () => Progress) => Effect.Effect<void>) | undefined
  /** Shows the run to whoever asks over HTTP; absent: nobody can. */
  readonly observe?: (run: RunView) => Effect.Effect<void, never, Scope.Scope | MessageLog>
}

/** A run as it can be looked at from outside. */
export interface RunView {
  readonly startedAt: UtcTime
  /** Its observations are of now, not of a file. */
  readonly isLive: boolean
  readonly progress: () => Progress
  readonly readings: FusionReadings
  readonly stateSizes: Context.Service.Shape<typeof StageState>["sizes"]
  readonly registry: SensorRegistry
  readonly catalogue: Catalogue
  readonly graph: Graph
  readonly topic: string
  readonly group: string
  readonly ingestRetries: () => number
  /** False once the pipeline has ended, however. */
  readonly running: () => boolean
  /** True from when the run was asked to stop. */
  readonly stopping: () => boolean
}

/** Under this name how far the sources have been read is kept. */
const ingestTask = "ingest"

const unreadable = ({ message, stage }: UnreadableState): InputError =>
  new InputError({
    message:
      `${message}. Go on with the version of perigee that wrote it, or let the stage begin anew: perigee state reset --stage ${stage}`
  })

export const runJob = Effect.fnUntraced(function*(options: JobOptions): Effect.fn.Return<
  RunReport,
  LogError | SourceError | InputError,
  Scope.Scope | StageServices | MessageLog | AlertStore | SourceStats | Shutdown
> {
  const { beginsAnew = false, catalogue, known, observe, partitions, realClock, registry, seed, settings } = options
  const { jumpMillis = () => 0, watch, world } = options
  const clock = yield* Clock.Clock
  const log = yield* MessageLog
  const alerts = yield* AlertStore
  const deadLetters = yield* DeadLetters
  const stages = yield* StageRegistry
  const stats = yield* SourceStats
  const shutdown = yield* Shutdown
  const watched = yield* CanaryWatch
  const synthetics = canaries(watched.arrived)
  const injector = yield* CanaryInjector
  const startedAt = clock.currentTimeMillisUnsafe()
  const now = () => clock.currentTimeMillisUnsafe()

  yield* log.ensureTopic({ name: observationsTopic, partitions, retentionMillis: 7 * 86_400_000 })
  yield* log.ensureTopic({ name: uncorrelatedTopic, partitions: 1, retentionMillis: 7 * 86_400_000 })
  yield* log.ensureTopic({ name: conjunctionsTopic, partitions: 1, retentionMillis: conjunctionsRetentionMillis })
  const before = alerts.current()
  const alertSequences = new Map(Array.from(before, ([id, { sequence }]) => [id, sequence] as const))
  const { notes } = yield* SensorHealth
  const toggles = yield* Toggles
  const tally = makeTally(now, (kind) => kind === synthetics.kind, notes)
  if (beginsAnew) yield* log.units?.reset(fusionGroup) ?? Effect.void
  const ingestUnits = yield* Layer.build(TaskUnits.layer({ task: ingestTask, every: 0, clock: realClock }))
  const fusionUnits = yield* Layer.build(TaskUnits.layer({ task: fusionGroup, clock: realClock }))
  const states = Context.get(fusionUnits, StageState)
  const readings = fusionReadings(states.readings)
  const tellJump = makeTellJump(jumpMillis)
  const ingesting = ingest(world.sources)
  const ingested = yield* Deferred.make<"end" | "stop", LogError | SourceError>()
  const written = stages.countsOf(ingestStage)
  // What an earlier run left in the log is read first.
  let consumed = -(yield* leftBehind(log))
  const behind = () => {
    const { dead, inFlight, processed } = written
    return world.underWay() > 0 || inFlight > 0 || processed + dead < ingesting.received() || consumed < processed
  }
  // Time passes for a silent source only while nothing of the others is waiting to be read; and not for what waits at sockets after we were stopped.
  const beat = makeBeat(realClock)
  const ticks = Stream.tick("1 second").pipe(
    Stream.mapEffect(() =>
      Effect.as(tellJump, beat() && !behind() ? world.now(now() - Math.max(0, jumpMillis())) : undefined)
    ),
    Stream.filter((time) => time !== undefined),
    Stream.map(tick)
  )

  const pipeline = fusionPipeline({
    until: Deferred.await(ingested),
    ticks,
    seen: (array) => {
      consumed += array.length
    },
    registry,
    catalogue,
    ...known,
    now,
    alertSequences,
    settings,
    tally,
    isPaused: toggles.isPaused,
    synthetics,
    ...(world.isLive === true && { idleBy: "ticks" as const })
  })

  const own = yield* HeadSampler
  const sampler = HeadSampler.deciding((source, traces) => toggles.samplingLevel() ?? own.level(source, traces))
  let tracesSampled = 0
  const counting = HeadSampler.of({
    ...sampler,
    decide: (traceId, source) => {
      const decision = sampler.decide(traceId, source)
      if (decision.sampled) tracesSampled++
      return decision
    }
  })
  const ingestRun = yield* ingesting.pipeline.run.pipe(
    Effect.provideContext(ingestUnits),
    Effect.provide(GroupMember.layer),
    Effect.scoped,
    Effect.forkScoped
  )
  const fused = yield* pipeline.run.pipe(
    Effect.catchDefect((defect) =>
      defect instanceof UnreadableState ? Effect.fail(unreadable(defect)) : Effect.die(defect)
    ),
    Effect.provideContext(fusionUnits),
    Effect.provideService(HeadSampler, counting),
    Effect.provide(GroupMember.layer),
    Effect.scoped,
    Effect.forkScoped
  )

  const progress = (): Progress => ({
    now: now(),
    tally,
    stages: stages.stages(),
    behind: written.processed - consumed,
    alerts: alerts.current(),
    deadLetters: deadLetters.countByErrorKind(),
    sources: stats.all()
  })
  let stopping = false
  yield* observe?.({
    startedAt,
    isLive: !world.isBounded,
    progress,
    readings,
    stateSizes: states.sizes,
    registry,
    catalogue,
    graph: pipeline.graph,
    topic: observationsTopic,
    group: fusionGroup,
    ingestRetries: () => written.retries + stages.countsOf(ingestCommitStage).retries,
    running: () => fused.pollUnsafe() === undefined,
    stopping: () => stopping
  }) ?? Effect.void
  const injecting = yield* Effect.forkScoped(injector.run(world.canaryWires))
  const watcher = watch === undefined ? undefined : yield* Effect.forkScoped(watch(progress))

  // A stop is no end: what is open stays open, in the state that is kept.
  const how = yield* Effect.raceAllFirst([
    Effect.as(shutdown.requested, "asked" as const),
    Effect.as(world.over, world.isWhole && !world.isBounded ? "ended" as const : "time over" as const),
    Effect.as(
      Effect.raceFirst(Fiber.join(ingestRun), Fiber.join(fused)),
      world.isWhole ? "ended" as const : "time over" as const
    )
  ])
  const stopped = how === "asked"
  stopping = stopped
  yield* Fiber.interrupt(injecting)
  if (stopped) yield* Effect.logInfo("asked to stop: the sources stop, what was received is worked off")
  yield* Effect.forkScoped(
    Deferred.complete(
      ingested,
      Effect.as(
        Effect.andThen(ingesting.stop, Fiber.join(ingestRun)),
        how === "ended" ? "end" as const : "stop" as const
      )
    )
  )
  const worked = yield* drain({
    drained: Fiber.join(fused),
    reason: stopped ? "asked" : world.isBounded ? "read" : "over",
    requested: shutdown.requested,
    progress,
    clock: realClock
  })
  if (Option.isNone(worked)) yield* Fiber.interrupt(fused)
  if (watcher !== undefined) yield* Fiber.interrupt(watcher)
  const tracing = yield* StageTracing
  tracing.settle()
  const settleTraces = yield* SettleTraces
  settleTraces()

  return {
    stopped,
    seed,
    startedAt,
    stoppedAt: now(),
    tally,
    stages: stages.stages(),
    alerts: Array.from(alerts.current().values()).filter((alert) =>
      alert.sequence > (alertSequences.get(alert.alertId) ?? 0) && alert.level !== "withdrawn"
    ),
    deadLetters: deadLetters.countByErrorKind(),
    sources: stats.all(),
    canaries: watched.report().total,
    tracesSampled,
    tracesKept: yield* yield* KeptTraces
  }
})
