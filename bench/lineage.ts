/**
 * The lineage store: memory against SQLite. First what an offered record costs until it is written, then an answer by id in a graph of
 * `--edges` edges (default 1,000,000). CPU time of this process.
 *
 * `node bench/lineage.ts [--edges N]`. A record of an observation has eight steps; one of an alert 18 inputs and four steps.
 */
import { Effect, Exit, Layer, Scope } from "effect"
import { alertVersionId, type LineageRecord } from "../src/domain/lineage/LineageRecord.ts"
import { observationIdOf } from "../src/domain/observation/observationId.ts"
import { stream } from "../src/domain/simulation/random.ts"
import { LineageStore } from "../src/layers/lineage/LineageStore.ts"
import { SqliteLineage } from "../src/layers/lineage/SqliteLineage.ts"
import { benchDirectory } from "./support/benchDirectory.ts"
import { cpuTimed, formatRatio, runPairs, type Variant } from "./support/pairs.ts"

const edgesWanted = Number(process.argv[process.argv.indexOf("--edges") + 1] ?? 0) || 1_000_000
const options = { capacity: 10_000_000, buffer: 10_000 }
const random = stream(1, "bench")
const start = 1_800_000_000_000
const stages = ["decode", "validate", "dedupe", "watermark", "match", "track", "screen", "correlate", "assess"]

const idOf = (n: number) => observationIdOf("radar-1", new Uint8Array(Float64Array.of(n).buffer))

const input = (n: number) => ({
  id: idOf(n),
  kind: "observation",
  sourceId: `radar-${n % 6}`,
  sensorTimestamp: start + n
})

let observations = 0
const observation = (): LineageRecord => {
  const node = input(observations++)
  const steps = stages.map((operator, i) => ({ operator, at: start + i, parents: [node.id], parentCount: 1 }))
  return { ...node, steps, inputs: [], inputCount: 0 }
}

const alert = (n: number, pool: number): LineageRecord => {
  const inputs = Array.from({ length: 18 }, () => input(random.integer(0, pool - 1)))
  const parents = inputs.slice(0, 4).map(({ id }) => id)
  return {
    ...input(n),
    id: alertVersionId(`alert-${n >> 2}`, n & 3),
    kind: "alert",
    steps: stages.slice(4).map((operator, i) => ({ operator, at: start + i, parents, parentCount: 400 })),
    inputs,
    inputCount: 400
  }
}

const open = async (layer: Layer.Layer<never, unknown>) => {
  const scope = await Effect.runPromise(Scope.make())
  const context = await Effect.runPromise(Layer.buildWithScope(layer, scope))
  const store = await Effect.runPromise(Effect.provideContext(
    Effect.succeed(LineageStore).pipe(Effect.flatten),
    context
  ))
  const write = async (records: ReadonlyArray<LineageRecord>) => {
    for (let i = 0; i < records.length; i += 256) store.offer(records.slice(i, i + 256))
    await Effect.runPromise(store.flush)
  }
  return { store, write, close: () => Effect.runPromise(Scope.close(scope, Exit.void)) }
}

const micros = (milliseconds: number, count: number): string => `${(milliseconds * 1000 / count).toFixed(2)} µs`

const directory = benchDirectory()
const memory = await open(LineageStore.layerMemory(options))
const sqlite = await open(SqliteLineage.layer({ ...options, directory }))
const both = (f: (opened: typeof memory) => Variant): [Variant, Variant] => [f(memory), f(sqlite)]

const report = async (what: string, count: number, work: (opened: typeof memory) => Variant) => {
  const result = await runPairs(...both(work))
  console.log(
    `${what.padEnd(34)} memory ${micros(result.medianA, count).padStart(10)}   SQLite ${
      micros(result.medianB, count).padStart(10)
    }   ${formatRatio("memory", "SQLite", result)}`
  )
}

const batch = 2560
let fresh: ReadonlyArray<LineageRecord> = []
let taken = 0
// Both variants of a pair are given the same records, made outside of what is timed by the first of them.
const nextBatch = (make: () => LineageRecord) => {
  if (taken++ % 2 === 0) fresh = Array.from({ length: batch }, make)
  return fresh
}

console.log(`Node ${process.version}`)
await report("per record of an observation", batch, ({ write }) => () => {
  const records = nextBatch(observation)
  return cpuTimed(() => write(records))
})

const alerts = Math.ceil(edgesWanted / 18)
const pool = alerts * 4
for (let first = 0; first < edgesWanted / 18; first += batch) {
  const records = Array.from({ length: Math.min(batch, alerts - first) }, (_, i) => alert(first + i, pool))
  await memory.write(records)
  await sqlite.write(records)
}
console.log(`${alerts} alerts of 18 inputs: ${alerts * 18} edges`)

const queries = 200
await report("backward of an alert's version", queries, ({ store }) => () =>
  cpuTimed(async () => {
    for (let i = 0; i < queries; i++) {
      const n = random.integer(0, alerts - 1)
      await Effect.runPromise(store.backward(alertVersionId(`alert-${n >> 2}`, n & 3)))
    }
  }))
await report("forward of an observation", queries, ({ store }) => () =>
  cpuTimed(async () => {
    for (let i = 0; i < queries; i++) await Effect.runPromise(store.forward(idOf(random.integer(0, pool - 1))))
  }))

await memory.close()
await sqlite.close()
