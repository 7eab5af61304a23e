/**
 * What the trace backend does a CPU-second: accepts spans durably, keeps them all, samples them by their tails. Spans per second of CPU of the whole process (all threads,
 * the durable log in front, drained), bytes a span on disk, for 800 and 96 spans a request.
 *
 *     node bench/traceBackend.ts REQUEST.bin [seconds] [collect|all|tail]
 *
 * REQUEST.bin is one `ExportTraceServiceRequest`, such as `otlpgen load -dump REQUEST.bin` writes. Each request that is sent is that one with trace ids of its own.
 */
import { Clock, Effect, Layer, Result } from "effect"
import { RateLimiter } from "effect/persistence"
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Policies } from "../src/domain/index.ts"
import { spanAt, spanStride } from "../src/domain/traces/otlp/SpanColumns.ts"
import { SpanScanner } from "../src/domain/traces/otlp/SpanScanner.ts"
import { EmbeddedLog } from "../src/layers/log/embedded/EmbeddedLog.ts"
import { GroupMember } from "../src/layers/log/GroupMember.ts"
import { makeCollector } from "../src/layers/traces/collector/makeCollector.ts"
import { SqliteTraceStore } from "../src/layers/traces/store/sqlite/SqliteTraceStore.ts"
import { TraceStore } from "../src/layers/traces/store/TraceStore.ts"
import type { Aggregation } from "../src/operators/traces/Aggregation.ts"
import { aggregationDefaults } from "../src/operators/traces/AggregationOptions.ts"
import { loadDecisions } from "../src/operators/traces/recordDecisions.ts"
import { tailPolicies } from "../src/operators/traces/tailPolicies.ts"
import { tracePipeline } from "../src/operators/traces/tracePipeline.ts"
import { stageLayer } from "../src/testing/testLayers.ts"

const [file = "", secondsText = "10", only] = process.argv.slice(2)
const template = new Uint8Array(readFileSync(file))
const scanned = Result.getOrThrow(new SpanScanner().scan(template))
const spansOfRequest = scanned.count

/** Where trace ids stand, and which of the request's traces each is. */
const places: Array<readonly [at: number, trace: number]> = []
{
  const traces = new Map<string, number>()
  for (let span = 0; span < scanned.count; span++) {
    const row = span * spanStride
    const id = Array.from(scanned.words.subarray(row, row + 4)).join()
    if (!traces.has(id)) traces.set(id, traces.size)
    const bytes = Buffer.alloc(18)
    bytes.writeUInt16BE(0x0a10, 0)
    for (let i = 0; i < 4; i++) bytes.writeUInt32BE(scanned.words[row + spanAt.traceId + i] ?? 0, 2 + i * 4)
    const at = Buffer.from(template.buffer).indexOf(bytes, scanned.words[row + spanAt.from])
    places.push([at + 2, traces.get(id) ?? 0])
  }
}

let drawn = 0x9e3779b9
const random = (): number => {
  drawn ^= drawn << 13
  drawn ^= drawn >>> 17
  drawn ^= drawn << 5
  return drawn >>> 0
}

const nextRequest = (): Uint8Array => {
  const request = Buffer.from(template)
  const ids = new Map<number, readonly [number, number, number, number]>()
  for (const [at, trace] of places) {
    const id = ids.get(trace) ?? [random(), random(), random(), random()]
    ids.set(trace, id)
    id.forEach((word, i) => request.writeUInt32BE(word, at + i * 4))
  }
  return request
}

const cpuSeconds = (): number => {
  const { system, user } = process.cpuUsage()
  return (system + user) / 1e6
}

const bytesIn = (directory: string, prefix: string): number =>
  readdirSync(directory).filter((name) => name.startsWith(prefix)).reduce(
    (sum, name) => sum + statSync(join(directory, name)).size,
    0
  )

const policy = Policies.or(
  Policies.errors(),
  Policies.stringAttribute({ key: "app.user_id", values: ["u-00000001"] }),
  Policies.numericAttribute({ key: "http.response.status_code", min: 500 }),
  Policies.probabilistic(1)
)

const warmSeconds = 3

const measure = (what: "collect" | "all" | "tail") =>
  Effect.gen(function*() {
    const directory = mkdtempSync(join(tmpdir(), "perigee-bench-"))
    yield* Effect.addFinalizer(() => Effect.sync(() => rmSync(directory, { recursive: true, force: true })))
    const log = EmbeddedLog.layer({ directory })
    yield* Effect.gen(function*() {
      const { service } = yield* makeCollector({})
      const aggregations = new Set<Aggregation>()
      const policies = what === "tail" ? tailPolicies(Result.getOrThrow(policy)) : undefined
      const wait = what === "tail" ? { graceMillis: 10_000, rootDelayMillis: 10_000, maxWaitMillis: 10_000 } : {}
      const decided = what === "tail" ? yield* loadDecisions(1000, 1000) : undefined
      if (what !== "collect") {
        yield* tracePipeline({
          ...aggregationDefaults,
          ...wait,
          policies,
          ruleset: "bench",
          adaptive: () => ({ high: 0, low: 0 }),
          ...(decided !== undefined && { decided }),
          began: (aggregation) => void aggregations.add(aggregation)
        }).run.pipe(Effect.provide(GroupMember.layer), Effect.scoped, Effect.forkScoped)
      }
      const waits = () => aggregations.values().reduce((sum, { waiting }) => sum + waiting.spans, 0)
      const requests = Array.from({ length: 32 }, nextRequest)
      let generated = 0
      const began = yield* Clock.currentTimeMillis
      // The first seconds are the compiler's: they are not counted.
      let cpu: number | undefined
      let sent = 0
      let sentBefore = 0
      let waited = 0
      let waitedBytes = 0
      for (;;) {
        const elapsed = (yield* Clock.currentTimeMillis) - began
        if (elapsed >= (warmSeconds + Number(secondsText)) * 1000) break
        if (cpu === undefined && elapsed >= warmSeconds * 1000) {
          cpu = cpuSeconds()
          generated = 0
          sentBefore = sent
        }
        const before = cpuSeconds()
        for (let i = 0; i < requests.length; i++) requests[i] = nextRequest()
        generated += cpuSeconds() - before
        yield* Effect.forEach(requests, (request) => service.accept(request), { concurrency: 4 })
        sent += requests.length * spansOfRequest
        if (waits() > waited) {
          waited = waits()
          waitedBytes = aggregations.values().reduce((sum, { waiting }) => sum + waiting.bytes, 0)
        }
        yield* Effect.yieldNow
      }
      // Drained: everything that was sent is decided and stored.
      const drained = () => waits() === 0 && aggregations.values().every(({ stats }) => stats.spans >= sent)
      if (what !== "collect") { while (!drained()) yield* Effect.sleep("200 millis") }
      const used = cpuSeconds() - (cpu ?? 0) - generated
      const store = yield* TraceStore
      const { spans } = yield* store.stats
      const disk = bytesIn(directory, "traces-") / Math.max(1, spans)
      console.log(
        `${what.padEnd(8)} ${String(spansOfRequest).padStart(4)} a request: ${
          Math.round((sent - sentBefore) / used).toLocaleString("en")
        } spans per CPU-second, ${sent} sent, ${spans} stored`
          + (what === "collect"
            ? ""
            : `, ${disk.toFixed(0)} B a stored span on disk, at most ${waited} waiting at ${
              (waitedBytes / Math.max(1, waited)).toFixed(0)
            } B`)
      )
    }).pipe(
      Effect.scoped,
      Effect.provide(
        Layer.mergeAll(log, SqliteTraceStore.layer({ directory }), RateLimiter.layerStoreMemory, stageLayer)
      )
    )
  }).pipe(Effect.scoped, Effect.withTracerEnabled(false))

for (const what of ["collect", "all", "tail"] as const) {
  if (only === undefined || only === what) await Effect.runPromise(measure(what))
}
