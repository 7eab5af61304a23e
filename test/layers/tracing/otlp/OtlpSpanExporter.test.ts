/** The exporter against a real receiver that misbehaves: nothing blocks, nothing grows, and every span is sent or counted as dropped. */
import { NodeHttpClient } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Layer, Metric, Scope } from "effect"
import { OtlpSerialization } from "effect/observability"
import type { SpanData } from "../../../../src/domain/tracing/SpanData.ts"
import { makeOtlpSpanExporter, type OtlpOptions } from "../../../../src/layers/tracing/otlp/OtlpSpanExporter.ts"
import { type OtlpReceiver, otlpReceiver, type Reply } from "../../../support/otlp/receiver.ts"
import { freePort } from "../../../support/process.ts"
import { spanData } from "../../../support/spanData.ts"

const transport = Layer.merge(NodeHttpClient.layerUndici, OtlpSerialization.layerJson)

const quick = {
  resource: { "service.name": "perigee" },
  version: "1.0.0",
  interval: "10 millis",
  retryBase: "10 millis",
  retryCap: "20 millis",
  shutdownTimeout: "200 millis"
} satisfies Partial<OtlpOptions>

const spans = (from: number, count: number): ReadonlyArray<SpanData> =>
  Array.from({ length: count }, (_, i) => spanData({ name: `span ${from + i}` }))

/** An exporter in a scope of its own, so that a test can close it. */
const exporter = Effect.fnUntraced(function*(options: Partial<OtlpOptions> & { readonly url: string }) {
  const client = yield* Layer.build(transport)
  const scope = yield* Scope.make()
  yield* Effect.addFinalizer(() => Scope.close(scope, Exit.void))
  const made = yield* makeOtlpSpanExporter({ ...quick, ...options }).pipe(
    Scope.provide(scope),
    Effect.provideContext(client)
  )
  return { ...made, close: Scope.close(scope, Exit.void) }
})

const until = (condition: () => boolean) =>
  Effect.sleep("5 millis").pipe(Effect.repeat({ while: () => !condition() }), Effect.timeout("5 seconds"))

const names = (receiver: OtlpReceiver) => receiver.spans().map(({ name }) => name)

/** The first answers in order, then 200. */
const replies = (...first: ReadonlyArray<Reply>) => {
  const left = first.slice()
  return (): Reply => left.shift() ?? { status: 200 }
}

const droppedMetric = (reason: string) =>
  Effect.map(
    Metric.snapshot,
    (metrics) =>
      metrics.filter(({ attributes, id }) =>
        id === "spans_dropped_total" && attributes?.["exporter"] === "otlp" && attributes["reason"] === reason
      ).reduce((sum, { state }) => sum + Number("count" in state ? state.count : 0), 0)
  )

describe("the OTLP exporter", () => {
  it.live("sends what it is given in batches, one request at a time, with its headers and resource", () =>
    Effect.gen(function*() {
      const receiver = yield* otlpReceiver()
      const { sink, stats } = yield* exporter({ url: receiver.url, maxBatch: 100, headers: { "x-key": "secret" } })
      for (let i = 0; i < 10; i++) sink.offer(spans(i * 50, 50))
      yield* until(() => stats().sent === 500)
      assert.deepStrictEqual(names(receiver), spans(0, 500).map(({ name }) => name))
      assert.deepStrictEqual(receiver.faults, [])
      assert.deepStrictEqual([receiver.requests(), receiver.mostAtOnce()], [5, 1])
      assert.strictEqual(receiver.headers[0]?.["x-key"], "secret")
      assert.deepStrictEqual(receiver.resources()[0], { "service.name": "perigee" })
      // Its own requests carry no trace context: they are not traced.
      assert.isUndefined(receiver.headers[0]?.["traceparent"])
      assert.strictEqual(stats().dropped.size, 0)
    }))

  it.live("a receiver that hangs: the queue stays bounded, what is over is counted, and it recovers", () =>
    Effect.gen(function*() {
      const receiver = yield* otlpReceiver()
      receiver.reply = () => "hang"
      const before = yield* droppedMetric("queue_full")
      const { sink, stats } = yield* exporter({
        url: receiver.url,
        maxQueued: 100,
        maxBatch: 50,
        timeout: "100 millis",
        attempts: 2
      })
      sink.offer(spans(0, 50))
      yield* until(() => receiver.requests() === 1)
      for (let i = 0; i < 100; i++) sink.offer(spans(50 + i * 10, 10))
      assert.isAtMost(stats().queued, 150)
      assert.strictEqual(stats().dropped.get("queue_full"), 900)
      assert.strictEqual(yield* droppedMetric("queue_full"), before + 900)
      yield* until(() => stats().dropped.get("timeout") === 50)
      receiver.reply = () => ({ status: 200 })
      yield* until(() => stats().queued === 0)
      const { dropped, sent } = stats()
      assert.strictEqual(sent + dropped.values().reduce((sum, count) => sum + count, 0), 1050)
      assert.isAtLeast(sent, 50)
      assert.strictEqual(receiver.spans().length, sent)
      assert.strictEqual(receiver.mostAtOnce(), 1)
    }))

  for (const status of [429, 502, 503, 504]) {
    it.live(`${status} is tried again, after Retry-After if it is there, and nothing is lost or sent twice`, () =>
      Effect.gen(function*() {
        const receiver = yield* otlpReceiver()
        receiver.reply = replies({ status, headers: { "retry-after": "0" } }, { status }, { status: 200 })
        const { sink, stats } = yield* exporter({ url: receiver.url })
        sink.offer(spans(0, 3))
        yield* until(() => stats().sent === 3)
        assert.deepStrictEqual(names(receiver), ["span 0", "span 1", "span 2"])
        assert.deepStrictEqual([receiver.requests(), stats().dropped.size], [3, 0])
      }))
  }

  it.live("Retry-After is waited for, while spans queue up behind", () =>
    Effect.gen(function*() {
      const receiver = yield* otlpReceiver()
      receiver.reply = replies({ status: 503, headers: { "retry-after": "3600" } })
      const { close, sink, stats } = yield* exporter({ url: receiver.url })
      sink.offer(spans(0, 3))
      yield* until(() => receiver.requests() === 1)
      yield* Effect.sleep("100 millis")
      assert.deepStrictEqual([receiver.requests(), stats().queued], [1, 3])
      // The end of the program does not wait an hour: one last try.
      yield* close
      assert.deepStrictEqual(names(receiver), ["span 0", "span 1", "span 2"])
    }))

  it.live("a receiver that stays unavailable costs the batch after the last attempt", () =>
    Effect.gen(function*() {
      const receiver = yield* otlpReceiver()
      receiver.reply = () => ({ status: 503 })
      const { sink, stats } = yield* exporter({ url: receiver.url, attempts: 3 })
      sink.offer(spans(0, 4))
      yield* until(() => stats().dropped.get("unavailable") === 4)
      assert.strictEqual(receiver.requests(), 3)
      receiver.reply = () => ({ status: 200 })
      sink.offer(spans(4, 1))
      yield* until(() => stats().sent === 1)
      assert.deepStrictEqual(names(receiver), ["span 4"])
    }))

  for (const status of [400, 401, 404, 413, 500]) {
    it.live(`${status} is not tried again`, () =>
      Effect.gen(function*() {
        const receiver = yield* otlpReceiver()
        receiver.reply = replies({ status })
        const { sink, stats } = yield* exporter({ url: receiver.url })
        sink.offer(spans(0, 2))
        yield* until(() => stats().dropped.get("refused") === 2)
        assert.strictEqual(receiver.requests(), 1)
        sink.offer(spans(2, 1))
        yield* until(() => stats().sent === 1)
      }))
  }

  it.live("a refused connection is counted, and a receiver that comes up later gets what comes later", () =>
    Effect.gen(function*() {
      const port = yield* Effect.promise(freePort)
      const { sink, stats } = yield* exporter({ url: `http://127.0.0.1:${port}/v1/traces`, attempts: 2 })
      sink.offer(spans(0, 5))
      yield* until(() => stats().dropped.get("unreachable") === 5)
      const receiver = yield* otlpReceiver(port)
      sink.offer(spans(5, 2))
      yield* until(() => stats().sent === 2)
      assert.deepStrictEqual(names(receiver), ["span 5", "span 6"])
    }))

  it.live("spans that a partial success rejects are counted", () =>
    Effect.gen(function*() {
      const receiver = yield* otlpReceiver()
      receiver.reply = replies({
        status: 200,
        body: JSON.stringify({ partialSuccess: { rejectedSpans: "2", errorMessage: "too old" } })
      })
      const { sink, stats } = yield* exporter({ url: receiver.url })
      sink.offer(spans(0, 5))
      yield* until(() => stats().sent === 3)
      assert.deepStrictEqual([...stats().dropped], [["rejected", 2]])
    }))

  it.live("what waits is sent when the scope closes; what cannot be is counted", () =>
    Effect.gen(function*() {
      const receiver = yield* otlpReceiver()
      const patient = yield* exporter({ url: receiver.url, interval: "1 hour", maxBatch: 4 })
      patient.sink.offer(spans(0, 3))
      yield* patient.close
      assert.strictEqual(receiver.spans().length, 3)
      receiver.reply = () => "hang"
      const hung = yield* exporter({ url: receiver.url, interval: "1 hour", maxBatch: 4, shutdownTimeout: "50 millis" })
      hung.sink.offer(spans(0, 7))
      yield* hung.close
      assert.strictEqual(hung.stats().dropped.get("shutdown"), 7)
    }))
})
