/**
 * The whole fusion pipeline on a file: sources to log to alerts, as `perigee run --input` does it.
 *
 *     node bench/pipeline.ts [observations] [pairs]
 *
 * Prints observations per second, p50 and p99 from ingest to log (received to durably appended), where the time goes by stage, and the
 * cost of the embedded log against the memory log in interleaved pairs.
 */
import "effect/schema/SchemaJITCompiler/enable"
import { Clock, Effect, Layer } from "effect"
import { join } from "node:path"
import type { RunReport } from "../src/commands/run/RunReport.ts"
import { EmbeddedLog } from "../src/layers/log/embedded/EmbeddedLog.ts"
import { MessageLog } from "../src/layers/log/MessageLog.ts"
import { benchDirectory } from "./support/benchDirectory.ts"
import { fusionRun, writeScenarioFile } from "./support/fusionRun.ts"
import { formatRatio, runPairs } from "./support/pairs.ts"
import { everything, layerSeeing } from "./support/seeing.ts"

const wanted = Number(process.argv[2] ?? 20_000)
const pairs = Number(process.argv[3] ?? 20)
const directory = benchDirectory()
const file = join(directory, "observations.jsonl")
await writeScenarioFile(file, wanted)

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

const run = (log: Layer.Layer<MessageLog, unknown>) => fusionRun(file, timed(log), layerSeeing(everything))

let serial = 0
const embedded = () => EmbeddedLog.layer({ directory: join(directory, `run-${serial++}`) })

const seconds = async (job: () => Promise<RunReport>): Promise<readonly [number, RunReport]> => {
  const start = process.hrtime.bigint()
  const report = await job()
  return [Number(process.hrtime.bigint() - start) / 1e9, report]
}

const quantile = (values: ReadonlyArray<number>, q: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))] ?? Number.NaN

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
console.log(`resident memory ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB`)
