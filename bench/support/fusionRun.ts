/** The whole fusion pipeline on a file, as `perigee run --input` does it, with the log and the instruments that a benchmark asks for. */
import { NodeServices } from "@effect/platform-node"
import { Clock, Effect, Layer, Logger, Result } from "effect"
import { runJob } from "../../src/commands/run/job.ts"
import type { Progress } from "../../src/commands/run/Progress.ts"
import type { RunReport } from "../../src/commands/run/RunReport.ts"
import { fileWorld } from "../../src/commands/run/world.ts"
import { defaultRegistry } from "../../src/domain/observation/sensors/defaultSensors.ts"
import type { Catalogue } from "../../src/domain/orbit/catalogue/Catalogue.ts"
import { makeScenario, seededStart } from "../../src/domain/simulation/scenario.ts"
import { syntheticCatalogue } from "../../src/domain/simulation/syntheticCatalogue.ts"
import { AlertStore } from "../../src/layers/alerts/AlertStore.ts"
import { DeadLetterLog } from "../../src/layers/deadletters/deadLetterLog.ts"
import type { MessageLog } from "../../src/layers/log/MessageLog.ts"
import { Shutdown } from "../../src/layers/runtime/Shutdown.ts"
import { writeObservations } from "../../src/layers/simulator/writeScenario.ts"
import { SourceStats } from "../../src/layers/sources/SourceStats.ts"
import { StageRegistry } from "../../src/layers/stage/StageRegistry.ts"
import { defaultFusionSettings, type FusionSettings } from "../../src/operators/fusion/fusion.ts"

const registry = defaultRegistry()
const made = syntheticCatalogue({ seed: 1, start: seededStart, sensors: registry.bySourceId.values() })
if (Result.isFailure(made)) throw made.failure
const { elements, planned } = made.success
const own: Catalogue = new Map(elements.map((set) => [set.objectId, set] as const))

/** Writes about so many observations of the default scenario, which gives some 90 a second, as lines of JSON. */
export const writeScenarioFile = (out: string, observations: number): Promise<void> =>
  Effect.runPromise(
    writeObservations({
      scenario: makeScenario({
        seed: 1,
        start: seededStart,
        durationMillis: observations / 90 * 1000,
        catalogue: elements,
        sensors: registry.bySourceId.values(),
        planned
      }),
      registry,
      out
    }).pipe(Effect.asVoid, Effect.provide(NodeServices.layer))
  )

interface FusionRunOptions {
  /** By default the scenario's. */
  readonly catalogue?: Catalogue
  readonly settings?: FusionSettings
  readonly watch?: (progress: () => Progress) => Effect.Effect<void>
}

export const fusionRun = (
  file: string,
  log: Layer.Layer<MessageLog, unknown>,
  instruments: Layer.Layer<never>,
  { catalogue = own, settings = defaultFusionSettings, watch }: FusionRunOptions = {}
): Promise<RunReport> =>
  Effect.gen(function*() {
    const world = yield* fileWorld(file)
    return yield* runJob({
      registry,
      catalogue,
      settings,
      partitions: 1,
      realClock: yield* Clock.Clock,
      seed: undefined,
      world,
      watch
    })
  }).pipe(
    Effect.scoped,
    Effect.provide(
      Layer.mergeAll(
        AlertStore.layer,
        DeadLetterLog.layer,
        StageRegistry.layer,
        SourceStats.layer,
        Shutdown.layerOff,
        instruments,
        Logger.layer([])
      ).pipe(Layer.provideMerge(log))
    ),
    Effect.runPromise
  )
