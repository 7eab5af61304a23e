/** `perigee run`: the fusion job, on the simulator, on a file, or on real sensors. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Clock, Config, Console, Effect, FileSystem, Layer, Option, Path } from "effect"
import { Command, Flag } from "effect/cli"
import { SecureRandom } from "effect/crypto"
import { observationsTopic } from "../domain/observation/formats/rawRecordHeaders.ts"
import { sensorIdOf } from "../domain/observation/sensorIdOf.ts"
import type { SensorRegistry } from "../domain/observation/sensors/SensorRegistry.ts"
import { parseFaults } from "../domain/simulation/faults.ts"
import { type ScenarioOptions, seededStart } from "../domain/simulation/scenario.ts"
import { syntheticCatalogue } from "../domain/simulation/syntheticCatalogue.ts"
import type { UtcTime } from "../domain/time/UtcTime.ts"
import { besideWebhook } from "../layers/alerts/webhook/webhookFromConfig.ts"
import { layerCanariesFromConfig } from "../layers/canary/canariesFromConfig.ts"
import { layerCanaryMetrics } from "../layers/canary/canaryMetrics.ts"
import {
  layerChaosFromConfig,
  layerClockFromConfig,
  layerStruckHttp,
  layerStruckLog
} from "../layers/chaos/chaosFromConfig.ts"
import { fusionSettings, kafkaSettings, listenSettings, settings, withFlags } from "../layers/config/settings.ts"
import { layerWithSensors } from "../layers/deadletters/DeadLetters.ts"
import { Health } from "../layers/health/Health.ts"
import { MetricHistory } from "../layers/history/MetricHistory.ts"
import { Admin } from "../layers/http/Admin.ts"
import { layerHttpFromConfig } from "../layers/http/httpFromConfig.ts"
import { Inspection } from "../layers/inspection/Inspection.ts"
import { layerNotedDeadLetters, SensorHealth } from "../layers/inspection/SensorHealth.ts"
import { layerLineageFromConfig } from "../layers/lineage/lineageFromConfig.ts"
import { layerLogFromConfig } from "../layers/log/logFromConfig.ts"
import { LogReader } from "../layers/log/LogReader.ts"
import { soleMemberFromConfig } from "../layers/log/soleMemberFromConfig.ts"
import { Symptoms } from "../layers/logging/Symptoms.ts"
import {
  layerAlertsFromConfig,
  layerDeadLettersFromConfig,
  layerMetricsFromConfig
} from "../layers/metrics/metricsFromConfig.ts"
import { withRunEvents } from "../layers/openlineage/OpenLineage.ts"
import { layerOpenLineageFromConfig } from "../layers/openlineage/openLineageFromConfig.ts"
import { layerProcessResourceFromConfig } from "../layers/resource/processResourceFromConfig.ts"
import { layerInspectorProfiler } from "../layers/runtime/inspectorProfiler.ts"
import { ProcDescriptors } from "../layers/runtime/ProcDescriptors.ts"
import { Shutdown } from "../layers/runtime/Shutdown.ts"
import { makeSteadyTime } from "../layers/runtime/SteadyTime.ts"
import { layerHeadSamplerFromConfig } from "../layers/sampling/headSamplerFromConfig.ts"
import { layerTailSamplerFromConfig } from "../layers/sampling/tailSamplerFromConfig.ts"
import { layerScreeningFromConfig } from "../layers/screening/screeningFromConfig.ts"
import * as ScenarioClock from "../layers/simulator/ScenarioClock.ts"
import { Simulator } from "../layers/simulator/Simulator.ts"
import { FileCursorStore } from "../layers/sources/FileCursorStore.ts"
import { SourceStats } from "../layers/sources/SourceStats.ts"
import { makeDirectory } from "../layers/sql/makeDirectory.ts"
import { rehearsalFolder } from "../layers/sql/missingFile.ts"
import { PipelineGraphs } from "../layers/stage/PipelineGraphs.ts"
import { StageChannels } from "../layers/stage/StageChannels.ts"
import { StageRegistry } from "../layers/stage/StageRegistry.ts"
import { Toggles } from "../layers/toggles/Toggles.ts"
import { layerFlightRecorderFromConfig } from "../layers/tracing/recorder/flightRecorderFromConfig.ts"
import { layerTracingFromConfig } from "../layers/tracing/tracingFromConfig.ts"
import { fusionGraph } from "./fusionGraph.ts"
import { InputError } from "./InputError.ts"
import { orInputError, parseDuration, readCatalogueFile, readRegistry, required } from "./inputs.ts"
import { runJob } from "./run/job.ts"
import { knownObjects, tellAssets } from "./run/knownObjects.ts"
import { observeRun } from "./run/observe.ts"
import type { Progress } from "./run/Progress.ts"
import { describeRun } from "./run/runDescription.ts"
import { nothingUsable, toJson, toText } from "./run/RunReport.ts"
import { makeScreen } from "./run/screen.ts"
import { asLines, onTerminal } from "./run/status.ts"
import { layerTraceBackend, traceRoles } from "./run/traceBackend.ts"
import { fileWorld, sensorWorld, simulatedWorld } from "./run/world.ts"
import { settingFlags, settingMessage } from "./settingFlags.ts"
import { checkLogLevels, warnOfSettings } from "./settingProblems.ts"
import { version } from "./version.ts"

const text = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.optional)

const flags = {
  duration: text("for", "Stop after this long, such as 20s, 10m or 6h; with the simulator it is scenario time"),
  input: text(
    "input",
    "Read observations from this file (JSON lines or CCSDS TDM, plain or gzip; - is standard input) and stop at its end"
  ),
  ...settingFlags,
  json: Flag.Boolean("json").pipe(
    Flag.withDescription("Print the summary as one JSON document on standard output"),
    Flag.withDefault(false)
  )
}

type Flags = Command.Command.Config.Infer<typeof flags>

const configuration = Config.all({ ...settings, listen: listenSettings, fusion: fusionSettings })

type Settings = Config.Success<typeof configuration>

/** The group that `runJob` reads in. */
const fusionGroup = "fusion"

const unseededSeed = 1

/** A run that can be repeated begins with nothing: its directory is emptied. Any other goes on where the last one stopped. */
const prepareDirectory = Effect.fnUntraced(function*(flags: Flags, { dataDirectory: directory, seed }: Settings) {
  yield* Effect.try({
    try: () => makeDirectory(directory),
    catch: (cause) =>
      new InputError({
        message: `--data-dir ${directory}: cannot be used: ${cause instanceof Error ? cause.message : cause}`
      })
  })
  if (flags["data-dir"] !== undefined || (seed === undefined && Option.isNone(flags.input))) return directory
  const path = yield* Path.Path
  const rehearsal = path.join(directory, rehearsalFolder)
  const fs = yield* FileSystem.FileSystem
  yield* fs.remove(rehearsal, { recursive: true, force: true }).pipe(
    Effect.mapError(({ message }) => new InputError({ message: `${rehearsal}: cannot be emptied: ${message}` }))
  )
  return rehearsal
})

/** What the simulator flies, or the file's objects. */
const scenarioOf = Effect.fnUntraced(
  function*(settings: Settings, registry: SensorRegistry, start: UtcTime, durationMillis: number) {
    const { perturbation, seed = unseededSeed, truthModel } = settings
    const faults = yield* orInputError(parseFaults(settings.faults, new Set(registry.bySourceId.keys())))
    const sensors = [...registry.bySourceId.values()]
    const common = { seed, start, durationMillis, sensors, faults, perturbation, truthModel }
    if (settings.catalogue !== undefined) {
      const catalogue = yield* readCatalogueFile(settings.catalogue)
      return { catalogue, scenario: { ...common, catalogue: catalogue.values() } satisfies ScenarioOptions }
    }
    const { elements, planned } = yield* orInputError(
      syntheticCatalogue({ seed, start, sensors })
    )
    const catalogue = new Map(elements.map((set) => [set.objectId, set] as const))
    return {
      catalogue,
      scenario: { ...common, catalogue: elements, planned } satisfies ScenarioOptions
    }
  }
)

/** What lineage catalogues are told of a run in this directory. */
const descriptionOf = Effect.fnUntraced(function*(flags: Flags, values: Settings, directory: string) {
  const path = yield* Path.Path
  const absolute = (file: string | undefined) => file === undefined || file === "-" ? undefined : path.resolve(file)
  return describeRun({
    version,
    namespace: values.openLineageNamespace,
    log: values.log === "memory"
      ? undefined
      : values.log === "embedded"
      ? { file: path.resolve(directory, "log.sqlite") }
      : {
        kafka: (yield* Effect.mapError(kafkaSettings, (error) =>
          new InputError({ message: settingMessage(error) }))).brokers[0] ?? ""
      },
    inputFile: absolute(Option.getOrUndefined(flags.input)),
    catalogueFile: absolute(values.catalogue)
  })
})

const deadLettersWithSensors = (registry: SensorRegistry) =>
  layerWithSensors(({ format, payload }) => sensorIdOf(format, payload, registry))

const runCommand = Effect.fnUntraced(function*(flags: Flags) {
  const durationMillis = Option.isNone(flags.duration)
    ? Infinity
    : yield* required(
      parseDuration(flags.duration.value),
      `--for ${flags.duration.value}: expected a number above 0 and ms, s, m, h or d`
    )
  const values = yield* Effect.mapError(
    configuration,
    (error) => new InputError({ message: settingMessage(error) })
  )
  yield* checkLogLevels((yield* fusionGraph).nodes.map(({ name }) => name))
  yield* warnOfSettings
  yield* soleMemberFromConfig({ topic: observationsTopic, group: fusionGroup }).pipe(
    Effect.mapError((error) =>
      error._tag === "ConfigError"
        ? new InputError({ message: settingMessage(error) })
        : error.reason === "Invalid"
        ? new InputError({ message: error.message })
        : error
    )
  )
  const registry = yield* readRegistry(Option.fromUndefinedOr(values.sensors))
  const directory = yield* prepareDirectory(flags, values)
  const { opticalPollInterval: opticalPollMillis, radarReceiveBuffer: receiveBufferBytes, seed, speed } = values

  // Outside the scenario and its clock.
  const realClock = yield* Clock.Clock
  const bounded = Option.isSome(flags.input)
  const services = Layer.mergeAll(
    layerAlertsFromConfig,
    deadLettersWithSensors(registry).pipe(
      Layer.provide(layerNotedDeadLetters),
      Layer.provide(layerDeadLettersFromConfig)
    ),
    layerCanaryMetrics,
    Layer.provide(
      layerHttpFromConfig({ onlyIfAsked: bounded }),
      layerTraceBackend(bounded ? { ...traceRoles[values.role], collector: false } : traceRoles[values.role], realClock)
    )
  ).pipe(
    Layer.provideMerge(layerMetricsFromConfig({ version, live: !bounded })),
    Layer.provideMerge(Layer.mergeAll(
      StageRegistry.layer,
      StageChannels.layerMemory,
      PipelineGraphs.layerMemory,
      SourceStats.layer,
      Symptoms.layer,
      ProcDescriptors.layer,
      Shutdown.layer,
      Health.layer,
      Inspection.layer,
      SensorHealth.layer(registry),
      MetricHistory.layer,
      layerCanariesFromConfig({ bounded }),
      layerLineageFromConfig,
      layerScreeningFromConfig,
      FileCursorStore.layer(directory),
      Layer.provide(layerStruckHttp, NodeHttpClient.layerUndici),
      Admin.layerFromConfig,
      Toggles.layer
    )),
    Layer.provideMerge(LogReader.layer),
    Layer.provideMerge(Layer.provide(layerStruckLog, layerLogFromConfig)),
    Layer.provideMerge(layerClockFromConfig),
    Layer.provide(withFlags({ "data-dir": directory }))
  )

  // Outside the services and their clock: what waits for a receiver of spans waits in real time.
  const tracing = layerFlightRecorderFromConfig({ live: !bounded }).pipe(
    Layer.provideMerge(layerTracingFromConfig(version)),
    Layer.provideMerge(Layer.merge(layerTailSamplerFromConfig, layerHeadSamplerFromConfig))
  )
  const { said, watch } = yield* watcher(flags.json)
  const steady = makeSteadyTime(realClock)
  const known = yield* knownObjects(values)
  const protectedBy = (catalogue: ReadonlyMap<string, unknown>) => tellAssets(known.assets, catalogue)
  const job = {
    registry,
    known: known.forFusion,
    settings: values.fusion,
    partitions: values.observationPartitions,
    realClock,
    seed,
    watch
  }

  const simulated = Effect.gen(function*() {
    const wallClock = yield* Clock.currentTimeMillis
    const start = seed === undefined ? wallClock : seededStart
    const { catalogue, scenario } = yield* scenarioOf(values, registry, start, durationMillis)
    yield* protectedBy(catalogue)
    return yield* Effect.gen(function*() {
      const world = yield* simulatedWorld({ receiveBufferBytes, opticalPollMillis, speed, isWhole: seed !== undefined })
      // Without a seed every start is another sky, of which nothing is known yet.
      return yield* besideWebhook({ directory, realClock })(
        runJob({ ...job, catalogue, world, beginsAnew: seed === undefined, observe: yield* observeRun })
      )
    }).pipe(
      Effect.scoped,
      Effect.provide(
        Layer.provideMerge(services, Simulator.layer(scenario)).pipe(
          Layer.provideMerge(ScenarioClock.layer({ start, speed }))
        )
      )
    )
  })

  const real = Effect.gen(function*() {
    const catalogue = yield* readCatalogueFile(
      yield* required(values.catalogue, "--catalogue: needed where no simulator makes one")
    )
    yield* protectedBy(catalogue)
    return yield* Effect.gen(function*() {
      const world = yield* Option.isSome(flags.input) ?
        Effect.catchTag(fileWorld(flags.input.value), "SourceError", ({ message }) => new InputError({ message }))
        : sensorWorld({
          listen: values.listen,
          receiveBufferBytes,
          islMaximumClients: values.islMaximumConnections,
          islIdleMillis: values.islIdleTimeout,
          opticalUrl: values.opticalUrl,
          opticalPollMillis
        })
      const over = Number.isFinite(durationMillis)
        ? Effect.asVoid(Effect.timeoutOption(world.over, durationMillis))
        : world.over
      const { readShare } = world
      const watched = watch === undefined || readShare === undefined
        ? watch
        : (progress: () => Progress) => watch(() => ({ ...progress(), inputShare: readShare() }))
      return yield* besideWebhook({ directory, realClock })(
        runJob({
          ...job,
          watch: watched,
          jumpMillis: steady.jumpMillis,
          catalogue,
          world: { ...world, over },
          observe: yield* observeRun
        })
      )
        .pipe(
          Effect.mapError((error) =>
            error._tag === "SourceError" && error.reason === "Unreadable"
              ? new InputError({ message: error.message })
              : error
          )
        )
    }).pipe(Effect.scoped, Effect.provide(services), Effect.provideService(Clock.Clock, steady.clock))
  })

  if (values.role !== "all" && values.role !== "fusion") {
    return yield* untilStopped(values.role, durationMillis).pipe(
      Effect.provide(
        services.pipe(
          Layer.provideMerge(Layer.provideMerge(tracing, layerProcessResourceFromConfig(version))),
          Layer.provideMerge(SecureRandom.layerWebCrypto)
        )
      )
    )
  }

  const chosen = Option.isNone(flags.input) && values.simulator ? simulated : real
  const report = yield* withRunEvents(chosen, yield* descriptionOf(flags, values, directory)).pipe(
    Effect.provide(
      Layer.mergeAll(
        Layer.provideMerge(tracing, layerProcessResourceFromConfig(version)),
        layerOpenLineageFromConfig.pipe(
          Layer.provide([NodeHttpClient.layerUndici, withFlags({ "data-dir": directory })])
        ),
        SecureRandom.layerWebCrypto,
        layerChaosFromConfig,
        layerInspectorProfiler
      )
    ),
    Effect.provideService(Console.Console, said)
  )
  yield* Console.log(flags.json ? JSON.stringify(toJson(report)) : toText(report))
  if (!flags.json && report.deadLetters.size > 0) {
    yield* Console.error(`look at the dead letters: perigee dlq list --data-dir ${directory}`)
  }
  const nothing = Option.isSome(flags.input) && report.stopped !== true
    ? nothingUsable(report, flags.input.value)
    : undefined
  if (nothing !== undefined) return yield* new InputError({ message: nothing })
})

/** A process without fusion: its services are at work until it is asked to stop, or its time is over. */
const untilStopped = Effect.fnUntraced(function*(role: string, durationMillis: number) {
  const { requested } = yield* Shutdown
  yield* Effect.logInfo(`role ${role}: no observations are read here`)
  yield* Number.isFinite(durationMillis) ? Effect.timeoutOption(requested, durationMillis) : requested
  yield* Effect.logInfo("asked to stop, or the time is over: what was received is worked off")
})

/** In silence with `--json` when nobody looks at a terminal; else redrawn, or line by line. What the run says stands above what is redrawn. */
const watcher = Effect.fnUntraced(function*(json: boolean) {
  const clock = yield* Clock.Clock
  const { stderr } = process
  if (!stderr.isTTY) return { watch: json ? undefined : asLines(clock), said: yield* Console.Console }
  const screen = makeScreen({
    write: (text) => void stderr.write(text),
    columns: () => stderr.columns || 80,
    rows: () => stderr.rows || 24,
    colours: stderr.hasColors()
  })
  const console_ = yield* Console.Console
  const said: Console.Console = { ...console_, error: (...parts) => screen.print(parts.join(" ")) }
  return { watch: onTerminal(screen, clock), said }
})

export const run = Command.make("run", flags, (given) => Effect.provide(runCommand(given), withFlags(given))).pipe(
  Command.withDescription("Run the fusion job: observations in, conjunction alerts out"),
  Command.withExamples([
    { command: "perigee run", description: "The simulator, until it is stopped" },
    {
      command: "perigee run --for 20s --seed 7 --json",
      description: "A rehearsal that gives the same alerts every time"
    },
    {
      command: "perigee run --input observations.jsonl --catalogue catalogue.3le --json",
      description: "A file, to its end"
    }
  ])
)
