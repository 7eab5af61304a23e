/**
 * The whole fusion pipeline on a file: sources to log to alerts, as `perigee run --input` does it.
 *
 *     node bench/pipeline.ts [observations] [pairs]
 *
 * Prints observations per second, p50 and p99 from ingest to log (received to durably appended), where the time goes by stage, and the
 * cost of the embedded log against the memory log in interleaved pairs.
 */
import "effect/schema/SchemaJITCompiler/enable"
import { NodeServices } from "@effect/platform-node"
import { Clock, Effect, Layer, Logger, Result } from "effect"
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { runJob } from "../src/commands/run/job.ts"
import type { RunReport } from "../src/commands/run/RunReport.ts"
import { fileWorld } from "../src/commands/run/world.ts"
import { defaultRegistry } from "../src/domain/observation/defaultSensors.ts"
import { makeScenario, seededStart } from "../src/domain/simulation/scenario.ts"
import { syntheticCatalogue } from "../src/domain/simulation/syntheticCatalogue.ts"
import { layerLog } from "../src/layers/deadletters/deadLetterLog.ts"
import { layerEmbedded } from "../src/layers/log/EmbeddedLog.ts"
import { MessageLog } from "../src/layers/log/MessageLog.ts"
import { layerFlightRecorder } from "../src/layers/observability/FlightRecorder.ts"
import { layerBackend, layerOff } from "../src/layers/observability/Tracing.ts"
import { Shutdown } from "../src/layers/runtime/Shutdown.ts"
import { writeObservations } from "../src/layers/simulator/writeScenario.ts"
import { SourceStats } from "../src/layers/sources/SourceStats.ts"
import { HeadSampler } from "../src/layers/stage/HeadSampler.ts"
import { LineageSampler } from "../src/layers/stage/LineageSampler.ts"
import { StageLineage, StageMetrics, StageTracing } from "../src/layers/stage/StageHooks.ts"
import { StageRegistry } from "../src/layers/stage/StageRegistry.ts"
import { AlertStore } from "../src/layers/stores/AlertStore.ts"
import { LineageStore } from "../src/layers/stores/LineageStore.ts"
import { defaultFusionSettings } from "../src/operators/fusion/fusion.ts"
import { cpuTimed, formatRatio, runPairs } from "./support/pairs.ts"

const wanted = Number(process.argv[2] ?? 20_000)
const pairs = Number(process.argv[3] ?? 20)
const directory = mkdtempSync(join(tmpdir(), "perigee-bench-"))
const registry = defaultRegistry()
const made = syntheticCatalogue({ seed: 1, start: seededStart, sensors: registry.bySourceId.values() })
if (Result.isFailure(made)) throw made.failure
const { elements, planned } = made.success
const catalogue = new Map(elements.map((set) => [set.objectId, set] as const))
const file = join(directory, "observations.jsonl")

const scenario = makeScenario({
  seed: 1,
  start: seededStart,
  // The default scenario gives some 90 observations a second.
  durationMillis: wanted / 90 * 1000,
  catalogue: elements,
  sensors: registry.bySourceId.values(),
  planned
})
await Effect.runPromise(writeObservations({ scenario, registry, out: file }).pipe(Effect.provide(NodeServices.layer)))

/** Milliseconds from receipt to the end of the append, one number a record. */
const latencies: Array<number> = []

const timed = (log: Layer.Layer<MessageLog, unknown>) =>
  Layer.effect(
    MessageLog,
    Effect.gen(function*() {
      const inner = yield* MessageLog
      const clock = yield* Clock.Clock
      return MessageLog.of({
        ...inner,
        append: (topic, records) =>
          Effect.tap(inner.append(topic, records), () =>
            Effect.sync(() => {
              if (topic !== "observations") return
              const now = clock.currentTimeMillisUnsafe()
              for (const record of records) latencies.push(now - record.timestamp)
            }))
      })
    })
  ).pipe(Layer.provide(log))

/** What `perigee run` observes itself with at 1 %: metrics, spans into the store of this process, flight recorder, lineage. */
const observed = Layer.mergeAll(
  StageMetrics.layer,
  StageLineage.layerStore,
  layerFlightRecorder({ slowMillis: Infinity })
).pipe(
  Layer.provideMerge(StageTracing.layer),
  Layer.provideMerge(layerBackend()),
  Layer.provideMerge(LineageSampler.layerRatio(0.01)),
  Layer.provideMerge(LineageStore.layerMemory()),
  Layer.provideMerge(HeadSampler.layerRatio(0.01))
)

/** Counts alone, which are always on. */
const unobserved = layerOff

const run = (
  log: Layer.Layer<MessageLog, unknown>,
  instruments: Layer.Layer<never> = observed
): Promise<RunReport> =>
  Effect.gen(function*() {
    const world = yield* fileWorld(file)
    return yield* runJob({
      registry,
      catalogue,
      settings: defaultFusionSettings,
      partitions: 1,
      seed: undefined,
      world,
      watch: undefined
    })
  }).pipe(
    Effect.scoped,
    Effect.provide(
      Layer.mergeAll(
        AlertStore.layer,
        layerLog,
        StageRegistry.layer,
        SourceStats.layer,
        Shutdown.layer,
        instruments,
        Logger.layer([])
      ).pipe(Layer.provideMerge(timed(log)))
    ),
    Effect.runPromise
  )

let serial = 0
const embedded = () => layerEmbedded({ directory: join(directory, `run-${serial++}`) })

const seconds = async (job: () => Promise<RunReport>): Promise<readonly [number, RunReport]> => {
  const start = process.hrtime.bigint()
  const report = await job()
  return [Number(process.hrtime.bigint() - start) / 1e9, report]
}

const quantile = (values: ReadonlyArray<number>, q: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))] ?? Number.NaN

try {
  console.log(`Node ${process.versions.node}; 300 objects, everything on, 1 % sampled`)
  await seconds(() => run(embedded()))
  latencies.length = 0
  const [took, report] = await seconds(() => run(embedded()))
  const total = report.stages[0]?.[1].in ?? 0
  console.log(
    `${total} observations in ${took.toFixed(2)} s: ${
      (total / took).toFixed(0)
    } observations/s, start and screening included`
  )
  console.log(
    `ingest to log: p50 ${quantile(latencies, 0.5).toFixed(1)} ms, p99 ${quantile(latencies, 0.99).toFixed(1)} ms`
  )
  console.log("where the time goes (ms in the step, share of the run):")
  for (const [stage, { busyNanos, in: events }] of report.stages) {
    const ms = busyNanos / 1e6
    console.log(
      `  ${stage.padEnd(14)} ${ms.toFixed(0).padStart(7)} ms ${(ms / took / 10).toFixed(1).padStart(6)} %  ${
        (busyNanos / Math.max(1, events) / 1000).toFixed(2)
      } us an event`
    )
  }
  const cost = (log: () => Layer.Layer<MessageLog, unknown>) => async () => (await seconds(() => run(log())))[0] * 1000
  const result = await runPairs(cost(() => MessageLog.layerMemory), cost(embedded), { pairs, warmUp: 1 })
  console.log(
    `whole run: ${formatRatio("memory log", "embedded log", result)}; medians ${result.medianA.toFixed(0)} and ${
      result.medianB.toFixed(0)
    } ms`
  )
  const seeing = (instruments: Layer.Layer<never>) => () => cpuTimed(() => run(MessageLog.layerMemory, instruments))
  const sight = await runPairs(seeing(unobserved), seeing(observed), { pairs, warmUp: 1 })
  console.log(
    `CPU of the whole run: ${formatRatio("not observed", "observed at 1 %", sight)}; medians ${
      sight.medianA.toFixed(0)
    } and ${sight.medianB.toFixed(0)} ms`
  )
  console.log(`resident memory ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB`)
} finally {
  if (existsSync(directory)) rmSync(directory, { recursive: true })
}
