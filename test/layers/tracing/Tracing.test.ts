import { NodeHttpClient } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { OtlpSerialization } from "effect/observability"
import { OtelSdkTracer } from "../../../src/layers/tracing/otel/OtelSdkTracer.ts"
import { RecordedSpans, SpanSink } from "../../../src/layers/tracing/store/SpanSink.ts"
import { SpanStore } from "../../../src/layers/tracing/store/SpanStore.ts"
import { Tracing } from "../../../src/layers/tracing/Tracing.ts"
import { otlpReceiver } from "../../support/otlp/receiver.ts"
import { type RecordSpans, tracerContract } from "./tracerContract.ts"

const inMemory: RecordSpans = (effect) =>
  Effect.provide(Effect.andThen(effect, Effect.map(RecordedSpans, ({ spans }) => spans())), Tracing.layerTest)

const inBackend: RecordSpans = (effect) =>
  Effect.gen(function*() {
    yield* effect
    const store = yield* SpanStore
    const traces = yield* Effect.orDie(store.search({ limit: 1e6 }))
    const spans = yield* Effect.forEach(traces, ({ traceId }) => Effect.orDie(store.trace(traceId)))
    return spans.flat()
  }).pipe(Effect.provide(Tracing.layerBackend()))

/** By a real receiver that checks every request. */
const overHttp = (
  serialization: Layer.Layer<OtlpSerialization.OtlpSerialization>,
  tracing: (url: string) => Layer.Layer<SpanSink, never, Layer.Services<ReturnType<typeof Tracing.layerOtlp>>>
): RecordSpans =>
(effect) =>
  Effect.gen(function*() {
    const receiver = yield* otlpReceiver()
    const transport = Layer.merge(serialization, NodeHttpClient.layerUndici)
    yield* Effect.provide(effect, Layer.provide(tracing(receiver.url), transport))
    assert.deepStrictEqual(receiver.faults, [])
    assert.strictEqual(receiver.mostAtOnce(), 1)
    return receiver.spans()
  }).pipe(Effect.scoped)

const resource = { "service.name": "perigee", "host.name": "here", "process.pid": 7 }
const options = (url: string) => ({ url, resource, version: "1.2.3" })

const withSdk: RecordSpans = (effect) =>
  Effect.provide(
    Effect.andThen(effect, Effect.map(RecordedSpans, ({ spans }) => spans())),
    OtelSdkTracer.layer({ resource }).pipe(Layer.provideMerge(RecordedSpans.layer))
  )

describe("layerTest", () => tracerContract(inMemory))
describe("Tracing.layerBackend", () => tracerContract(inBackend))
describe("Tracing.layerOtlp, JSON", () =>
  tracerContract(overHttp(OtlpSerialization.layerJson, (url) => Tracing.layerOtlp(options(url)))))
describe("Tracing.layerOtlp, protobuf", () =>
  tracerContract(overHttp(OtlpSerialization.layerProtobuf, (url) => Tracing.layerOtlp(options(url)))))
describe("OtelSdkTracer.layer", () => tracerContract(withSdk))
describe("OtelSdkTracer.layer to OTLP", () =>
  tracerContract(overHttp(
    OtlpSerialization.layerJson,
    (url) => OtelSdkTracer.layer({ resource }).pipe(Layer.provideMerge(Tracing.layerSinkOtlp(options(url))))
  )))

describe("layerOff", () => {
  it.effect("makes no span, whoever asks", () =>
    Effect.gen(function*() {
      const current = yield* Effect.withSpan(Effect.currentSpan, "none").pipe(Effect.option)
      const sink = yield* SpanSink
      assert.isFalse(sink.records)
      assert.isTrue(current._tag === "None" || !current.value.sampled)
    }).pipe(Effect.provide(Tracing.layerOff)))
})
