/** What somebody who operates a run asks: from a log with alerts and dead letters in it, over the real server. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Logger, Metric, Schema } from "effect"
import { FetchHttpClient } from "effect/http"
import { HttpApiClient } from "effect/http-api"
import { ConjunctionAlert } from "../../../src/domain/alert/ConjunctionAlert.ts"
import { PerigeeApi } from "../../../src/domain/api/api.ts"
import { DeadLetter } from "../../../src/domain/deadletter/DeadLetter.ts"
import { alertsTopic } from "../../../src/layers/alerts/AlertStore.ts"
import { deadLettersTopic } from "../../../src/layers/deadletters/deadLetterLog.ts"
import { Health } from "../../../src/layers/health/Health.ts"
import { Endpoint } from "../../../src/layers/http/Endpoint.ts"
import { layerNodeServer } from "../../../src/layers/http/NodeServer.ts"
import { layerRoutes } from "../../../src/layers/http/routes.ts"
import { LogReader } from "../../../src/layers/log/LogReader.ts"
import { MessageLog } from "../../../src/layers/log/MessageLog.ts"
import { Collectors } from "../../../src/layers/metrics/Collectors.ts"
import { Exposition } from "../../../src/layers/metrics/Exposition.ts"
import { PipelineGraphs } from "../../../src/layers/stage/PipelineGraphs.ts"
import { MemoryTraceStore } from "../../../src/layers/traces/store/MemoryTraceStore.ts"
import { alertVersion } from "../../support/alerts.ts"

const encodeAlert = Schema.encodeEffect(Schema.fromJsonString(ConjunctionAlert))
const encodeLetter = Schema.encodeEffect(Schema.fromJsonString(DeadLetter))
const utf8 = new TextEncoder()

const letterOf = (id: string, fields: Partial<DeadLetter>): DeadLetter => ({
  schemaVersion: 2,
  id,
  time: 1_700_000_000_000,
  operator: "decode",
  errorKind: "Deserialization",
  message: "not what it should be",
  retryCount: 0,
  source: "radar",
  sensorId: "radar-1",
  format: "radar-frame",
  locator: "udp",
  payload: utf8.encode("some text"),
  position: null,
  trace: { traceId: "4bf92f3577b34da6a3ce929d0e0e4736", spanId: "00f067aa0ba902b7", sampled: false, traceState: null },
  ...fields
})

const versions = [
  alertVersion("calm", 1, { pc: 1e-9 }),
  alertVersion("worst", 1, { level: "action", pc: 1e-3 }),
  alertVersion("over", 1, { level: "expired", pc: 1e-2 }),
  alertVersion("calm", 2, { pc: 1e-8 })
]

const given = [
  letterOf("late", { errorKind: "Late", operator: "watermark", time: 1_700_000_060_000 }),
  letterOf("bytes", { payload: Uint8Array.of(0xff, 0xfe, 0) }),
  letterOf("nobody", { source: "isl", time: 1_700_000_001_000 })
].map((letter, place) => {
  const { sensorId: _, ...without } = letter
  return place === 2 ? without : letter
})

const filled = Effect.gen(function*() {
  const log = yield* MessageLog
  yield* log.ensureTopic({ name: alertsTopic, partitions: 1 })
  yield* log.ensureTopic({ name: deadLettersTopic, partitions: 1 })
  for (const version of versions) {
    const value = utf8.encode(yield* Effect.orDie(encodeAlert(version)))
    yield* log.append(alertsTopic, [{ key: version.alertId, value, headers: {}, timestamp: version.emittedAt }])
  }
  for (const letter of given) {
    const value = utf8.encode(yield* Effect.orDie(encodeLetter(letter)))
    yield* log.append(deadLettersTopic, [{ key: letter.id, value, headers: {}, timestamp: letter.time }])
  }
})

const server = layerNodeServer(layerRoutes, { host: "127.0.0.1", port: 0 }).pipe(
  Layer.provide(Exposition.layerOff),
  Layer.provideMerge(Layer.mergeAll(Health.layer, Collectors.layer, PipelineGraphs.layerMemory)),
  Layer.provide([LogReader.layer, MemoryTraceStore.layer()]),
  Layer.provideMerge(MessageLog.layerMemory),
  Layer.provide(Layer.effect(Metric.MetricRegistry, Effect.sync(() => new Map()))),
  Layer.provide(Logger.layer([])),
  Layer.merge(FetchHttpClient.layer)
)

const client = Effect.flatMap(
  Endpoint,
  ({ url }) => HttpApiClient.make(PerigeeApi, url === undefined ? {} : { baseUrl: url })
)

describe("alerts over HTTP", () => {
  it.live("the worst first, each by its newest version; one by all of them", () =>
    Effect.gen(function*() {
      yield* filled
      const { operation } = yield* client
      const { alerts } = yield* operation.alerts()
      assert.deepStrictEqual(alerts.map(({ alertId, sequence, versions }) => [alertId, sequence, versions]), [
        ["worst", 1, 1],
        ["calm", 2, 2],
        ["over", 1, 1]
      ])
      const calm = yield* operation.alert({ params: { id: "calm" } })
      assert.deepStrictEqual(calm.versions, versions.filter(({ alertId }) => alertId === "calm"))
      const missing = yield* Effect.flip(operation.alert({ params: { id: "no such" } }))
      assert.nestedPropertyVal(missing, "error.code", "not_found")
    }).pipe(Effect.provide(server)))

  it.live("what came since the last question is in the next answer", () =>
    Effect.gen(function*() {
      const { operation } = yield* client
      assert.deepStrictEqual((yield* operation.alerts()).alerts, [])
      yield* filled
      assert.lengthOf((yield* operation.alerts()).alerts, 3)
      assert.lengthOf((yield* operation.alerts()).alerts, 3)
    }).pipe(Effect.provide(server)))
})

describe("dead letters over HTTP", () => {
  it.live("counted by kind, sensor and time; filtered; one with its payload", () =>
    Effect.gen(function*() {
      yield* filled
      const { operation } = yield* client
      const all = yield* operation.letters({ query: {} })
      assert.strictEqual(all.total, 3)
      assert.deepStrictEqual(all.byErrorKind, { Late: 1, Deserialization: 2 })
      assert.deepStrictEqual(all.bySensor["(unknown)"], { Deserialization: 1 })
      const total = all.timeline.flatMap(({ counts }) => Object.values(counts)).reduce((sum, count) => sum + count, 0)
      assert.strictEqual(total, 3)
      assert.isAtMost(all.timeline.length, 61)
      assert.deepStrictEqual(all.timeline.at(-1)?.counts, { Late: 1 })
      assert.deepStrictEqual(all.deadLetters.map(({ id }) => id), ["nobody", "bytes", "late"])
      const late = yield* operation.letters({ query: { errorKind: "Late", limit: "1" } })
      assert.deepStrictEqual([late.total, late.deadLetters.length], [1, 1])
      const wrong = yield* Effect.flip(operation.letters({ query: { limit: "0" } }))
      assert.nestedPropertyVal(wrong, "error.details.parameter", "limit")
      assert.strictEqual((yield* operation.letter({ params: { id: "late" } })).text, "some text")
      const bytes = yield* operation.letter({ params: { id: "bytes" } })
      assert.isNull(bytes.text)
      assert.deepStrictEqual(bytes.payload, Uint8Array.of(0xff, 0xfe, 0))
    }).pipe(Effect.provide(server)))
})

describe("lineage over HTTP", () => {
  it.live("says that none is kept", () =>
    Effect.gen(function*() {
      const { operation } = yield* client
      const none = yield* Effect.flip(operation.lineage({ params: { id: "alert/2" }, query: {} }))
      assert.nestedPropertyVal(none, "error.code", "unavailable")
    }).pipe(Effect.provide(server)))
})

describe("pipelines over HTTP", () => {
  it.live("those that run, until they end", () =>
    Effect.gen(function*() {
      const graphs = yield* PipelineGraphs
      const graph = {
        name: "one",
        stages: [{ name: "a", kind: "source" }, { name: "b", kind: "sink", state: [{ name: "part" }] }],
        edges: [{ from: 0, to: 1, capacity: 256, policy: "backpressure", reason: "direct" }]
      }
      const { operation } = yield* client
      yield* Effect.scoped(Effect.gen(function*() {
        yield* graphs.add(graph)
        assert.deepStrictEqual((yield* operation.pipeline()).pipelines, [graph])
      }))
      assert.deepStrictEqual((yield* operation.pipeline()).pipelines, [])
    }).pipe(Effect.provide(server)))
})

describe("the pulse", () => {
  /** One who listens until it is stopped. */
  const listener = (url: string) => {
    const controller = new AbortController()
    return { response: fetch(`${url}/v1/live`, { signal: controller.signal }), stop: () => controller.abort() }
  }

  it.live("tells how much there is; to 32 who listen, and the next when one has gone", () =>
    Effect.gen(function*() {
      yield* filled
      const { url = "" } = yield* Endpoint
      const listeners = Array.from({ length: 32 }, () => listener(url))
      const responses = yield* Effect.promise(() => Promise.all(listeners.map(({ response }) => response)))
      assert.deepStrictEqual(new Set(responses.map(({ status }) => status)), new Set([200]))
      const [first] = responses
      assert.match(first?.headers.get("content-type") ?? "", /^text\/event-stream/)
      const chunk = yield* Effect.promise(async () => await first?.body?.getReader().read())
      const [, data = ""] = /^data: (.*)$/m.exec(new TextDecoder().decode(chunk?.value)) ?? []
      const { alerts, deadLetters } = JSON.parse(data)
      assert.deepStrictEqual([alerts, deadLetters], [4, 3])
      const refused = yield* Effect.promise(() => listener(url).response)
      assert.strictEqual(refused.status, 503)
      listeners[1]?.stop()
      const next = Effect.sync(() => listener(url)).pipe(
        Effect.flatMap(({ response, stop }) => Effect.promise(async () => ({ status: (await response).status, stop })))
      )
      const again = yield* Effect.repeat(next, { until: ({ status }) => status === 200 })
      again.stop()
      for (const { stop } of listeners) stop()
    }).pipe(Effect.provide(server)))
})
