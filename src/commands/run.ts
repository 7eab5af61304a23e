/** `perigee run`: the fusion job, on the simulator, on a file, or on real sensors. */
import { NodeHttpClient } from "@effect/platform-node"
import { Clock, Config, ConfigProvider, Console, Effect, FileSystem, Layer, Option, Path } from "effect"
import { Command, Flag } from "effect/cli"
import type { SensorRegistry } from "../domain/observation/SensorRegistry.ts"
import { faultNames, parseFaults } from "../domain/simulation/faults.ts"
import { type ScenarioOptions, seededStart } from "../domain/simulation/scenario.ts"
import { syntheticCatalogue } from "../domain/simulation/syntheticCatalogue.ts"
import type { UtcTime } from "../domain/UtcTime.ts"
import { layerLog as deadLetterLog } from "../layers/deadletters/deadLetterLog.ts"
import { layerLogFromConfig } from "../layers/log/logFromConfig.ts"
import { Shutdown } from "../layers/runtime/Shutdown.ts"
import * as ScenarioClock from "../layers/simulator/ScenarioClock.ts"
import { Simulator } from "../layers/simulator/Simulator.ts"
import { layerFileCursorStore } from "../layers/sources/FileCursorStore.ts"
import { SourceStats } from "../layers/sources/SourceStats.ts"
import { HeadSampler } from "../layers/stage/HeadSampler.ts"
import { StageMetrics } from "../layers/stage/StageHooks.ts"
import { StageRegistry } from "../layers/stage/StageRegistry.ts"
import { AlertStore } from "../layers/stores/AlertStore.ts"
import { defaultFusionSettings } from "../operators/fusion/fusion.ts"
import { InputError } from "./InputError.ts"
import { orInputError, parseDuration, readCatalogueFile, readRegistry, required } from "./inputs.ts"
import { runJob } from "./run/job.ts"
import { toJson, toText } from "./run/RunReport.ts"
import { asLines, onTerminal } from "./run/status.ts"
import { fileWorld, sensorWorld, simulatedWorld } from "./run/world.ts"

const text = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.optional)

const flags = {
  duration: text("for", "Stop after this long, such as 20s, 10m or 6h; with the simulator it is scenario time"),
  input: text("input", "Read observations from this file (JSON lines or TDM; - is standard input) and stop at its end"),
  catalogue: text(
    "catalogue",
    "Catalogue of the objects (TLE, 3LE or OMM); without one, the simulator's synthetic objects"
  ),
  sensors: text("sensors", "Sensor registry, JSON; without one, the network that ships"),
  log: Flag.Literals("log", ["embedded", "memory", "kafka"]).pipe(
    Flag.withDescription("Which message log (PERIGEE_LOG)"),
    Flag.optional
  ),
  dataDir: text("data-dir", "Where the embedded stores keep their files (PERIGEE_DATA_DIR)"),
  seed: Flag.Int("seed").pipe(
    Flag.withDescription("Fixes the simulator's start and every frame; runs in a directory of its own, emptied first"),
    Flag.optional
  ),
  speed: Flag.Finite("speed").pipe(Flag.withDescription("Scenario seconds per second"), Flag.withDefault(1)),
  faults: Flag.String("faults").pipe(
    Flag.withDescription(`Feed faults, name[=source][@seconds] separated by commas: ${faultNames.join(", ")}`),
    Flag.withDefault("")
  ),
  simulator: Flag.Boolean("simulator").pipe(
    Flag.withDescription("Drive the sources by the simulator; --no-simulator listens for real sensors"),
    Flag.withDefault(true)
  ),
  json: Flag.Boolean("json").pipe(
    Flag.withDescription("Print the summary as one JSON document on standard output"),
    Flag.withDefault(false)
  )
}

type Flags = Command.Command.Config.Infer<typeof flags>

const unseededSeed = 1

/** A run that can be repeated begins with nothing: its directory is emptied. Any other goes on where the last one stopped. */
const prepareDirectory = Effect.fnUntraced(function*(flags: Flags) {
  if (Option.isSome(flags.dataDir)) return flags.dataDir.value
  const path = yield* Path.Path
  const directory = yield* Config.NonEmptyString("PERIGEE_DATA_DIR").pipe(Config.withDefault(".perigee"))
  if (Option.isNone(flags.seed) && Option.isNone(flags.input)) return directory
  const rehearsal = path.join(directory, "rehearsal")
  const fs = yield* FileSystem.FileSystem
  yield* fs.remove(rehearsal, { recursive: true, force: true }).pipe(
    Effect.mapError(({ message }) => new InputError({ message: `${rehearsal}: cannot be emptied: ${message}` }))
  )
  return rehearsal
})

/** What the simulator flies, or the file's objects. */
const scenarioOf = Effect.fnUntraced(
  function*(flags: Flags, registry: SensorRegistry, start: UtcTime, durationMillis: number) {
    const seed = Option.getOrElse(flags.seed, () => unseededSeed)
    const faults = yield* orInputError(parseFaults(flags.faults, new Set(registry.bySourceId.keys())))
    const common = { seed, start, durationMillis, sensors: registry.bySourceId.values(), faults }
    if (Option.isSome(flags.catalogue)) {
      const catalogue = yield* readCatalogueFile(flags.catalogue.value)
      return { catalogue, scenario: { ...common, catalogue: catalogue.values() } satisfies ScenarioOptions }
    }
    const { elements, planned } = yield* orInputError(
      syntheticCatalogue({ seed, start, sensors: registry.bySourceId.values() })
    )
    const catalogue = new Map(elements.map((set) => [set.objectId, set] as const))
    return { catalogue, scenario: { ...common, catalogue: elements, planned } satisfies ScenarioOptions }
  }
)

const settings = Config.all({
  traceRatio: Config.Finite("PERIGEE_TRACE_RATIO").pipe(Config.withDefault(0.01)),
  partitions: Config.Int("PERIGEE_OBSERVATION_PARTITIONS").pipe(Config.withDefault(1)),
  receiveBufferBytes: Config.Int("PERIGEE_RADAR_RECEIVE_BUFFER").pipe(Config.withDefault(4 << 20)),
  radarHost: Config.NonEmptyString("PERIGEE_RADAR_HOST").pipe(Config.withDefault("127.0.0.1")),
  radarPort: Config.Port("PERIGEE_RADAR_PORT").pipe(Config.withDefault(7001)),
  islHost: Config.NonEmptyString("PERIGEE_ISL_HOST").pipe(Config.withDefault("127.0.0.1")),
  islPort: Config.Port("PERIGEE_ISL_PORT").pipe(Config.withDefault(7002)),
  opticalUrl: Config.option(Config.NonEmptyString("PERIGEE_OPTICAL_URL")),
  opticalPollMillis: Config.Int("PERIGEE_OPTICAL_POLL_INTERVAL").pipe(Config.withDefault(1000))
})

const runCommand = Effect.fnUntraced(function*(flags: Flags) {
  const durationMillis = Option.isNone(flags.duration)
    ? Infinity
    : yield* required(
      parseDuration(flags.duration.value),
      `--for ${flags.duration.value}: expected a number above 0 and ms, s, m, h or d`
    )
  if (!(flags.speed > 0)) return yield* new InputError({ message: `--speed ${flags.speed}: expected a number above 0` })
  const registry = yield* readRegistry(flags.sensors)
  const directory = yield* prepareDirectory(flags)
  const configured = ConfigProvider.fromEnvRecord({
    PERIGEE_DATA_DIR: directory,
    ...(Option.isSome(flags.log) && { PERIGEE_LOG: flags.log.value })
  })
  const fromFlags = ConfigProvider.layer(
    Effect.map(ConfigProvider.ConfigProvider, (environment) => ConfigProvider.orElse(configured, environment))
  )
  const {
    islHost,
    islPort,
    opticalPollMillis,
    opticalUrl,
    partitions,
    radarHost,
    radarPort,
    receiveBufferBytes,
    traceRatio
  } = yield* settings

  const services = Layer.mergeAll(
    AlertStore.layer,
    deadLetterLog,
    StageRegistry.layer,
    SourceStats.layer,
    Shutdown.layer,
    StageMetrics.layer,
    HeadSampler.layerRatio(traceRatio),
    layerFileCursorStore(directory),
    NodeHttpClient.layerUndici
  ).pipe(Layer.provideMerge(layerLogFromConfig), Layer.provide(fromFlags))

  const watch = yield* watcher(flags.json)
  const job = { registry, settings: defaultFusionSettings, partitions, seed: Option.getOrUndefined(flags.seed), watch }

  const simulated = Effect.gen(function*() {
    const wallClock = yield* Clock.currentTimeMillis
    const start = Option.isSome(flags.seed) ? seededStart : wallClock
    const { catalogue, scenario } = yield* scenarioOf(flags, registry, start, durationMillis)
    return yield* Effect.gen(function*() {
      const world = yield* simulatedWorld({ receiveBufferBytes, opticalPollMillis, speed: flags.speed })
      return yield* runJob({ ...job, catalogue, world })
    }).pipe(
      Effect.scoped,
      Effect.provide(
        Layer.provideMerge(services, Simulator.layer(scenario)).pipe(
          Layer.provideMerge(ScenarioClock.layer({ start, speed: flags.speed }))
        )
      )
    )
  })

  const real = Effect.gen(function*() {
    const catalogue = yield* readCatalogueFile(
      yield* required(Option.getOrUndefined(flags.catalogue), "--catalogue: needed where no simulator makes one")
    )
    return yield* Effect.gen(function*() {
      const world = yield* Option.isSome(flags.input) ?
        Effect.catchTag(fileWorld(flags.input.value), "SourceError", ({ message }) => new InputError({ message }))
        : sensorWorld({
          radar: { host: radarHost, port: radarPort, receiveBufferBytes },
          isl: { host: islHost, port: islPort },
          opticalUrl: Option.getOrUndefined(opticalUrl),
          opticalPollMillis
        })
      const over = Number.isFinite(durationMillis)
        ? Effect.asVoid(Effect.timeoutOption(world.over, durationMillis))
        : world.over
      return yield* runJob({ ...job, catalogue, world: { ...world, over } })
    }).pipe(Effect.scoped, Effect.provide(services))
  })

  const report = yield* Option.isNone(flags.input) && flags.simulator ? simulated : real
  yield* Console.log(flags.json ? JSON.stringify(toJson(report)) : toText(report))
  if (!flags.json && report.deadLetters.size > 0) {
    yield* Console.error(`look at the dead letters: perigee dlq list --data-dir ${directory}`)
  }
})

/** In silence with `--json` when nobody looks at a terminal; else redrawn, or line by line. */
const watcher = (json: boolean) =>
  Effect.sync(() => {
    const { stderr } = process
    if (stderr.isTTY) return onTerminal((output) => void stderr.write(output), () => stderr.columns || 120)
    return json ? undefined : asLines
  })

export const run = Command.make("run", flags, runCommand).pipe(
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
