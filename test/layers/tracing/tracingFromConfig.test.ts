import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Layer, Metric, References } from "effect"
import { hostname } from "node:os"
import { ProcessResource } from "../../../src/layers/resource/ProcessResource.ts"
import { layerProcessResourceFromConfig } from "../../../src/layers/resource/processResourceFromConfig.ts"
import { HeadSampler } from "../../../src/layers/stage/HeadSampler.ts"
import { StageTracing } from "../../../src/layers/stage/StageHooks.ts"
import { KeptTraces } from "../../../src/layers/tracing/recorder/KeptTraces.ts"
import { parentSpan } from "../../../src/layers/tracing/SpanTraceState.ts"
import { OwnSpans } from "../../../src/layers/tracing/store/OwnSpans.ts"
import { SpanSink } from "../../../src/layers/tracing/store/SpanSink.ts"
import { layerTracingFromConfig, tracesUrl } from "../../../src/layers/tracing/tracingFromConfig.ts"
import { otlpReceiver } from "../../support/otlp/receiver.ts"

const environment = (env: Record<string, string>) => ConfigProvider.layer(ConfigProvider.fromEnvRecord(env))

const resource = layerProcessResourceFromConfig("1.2.3")

const tracing = (env: Record<string, string>) =>
  layerTracingFromConfig("1.2.3").pipe(Layer.provide(resource), Layer.provide(environment(env)))

const attributes = (env: Record<string, string>) =>
  Effect.map(ProcessResource, ({ attributes }) => attributes).pipe(
    Effect.provide(Layer.provide(resource, environment(env)))
  )

const event = parentSpan({
  traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
  spanId: undefined,
  sampled: true,
  traceState: undefined
})

/** A span of an event's and one that belongs to none. */
const work = Effect.andThen(
  Effect.withSpan(Effect.void, "stage", { parent: event }),
  Effect.withSpan(Effect.void, "poll")
)

describe("tracing from the configuration", () => {
  it.effect("backend is the default: the event's spans wait for it, and are counted as one trace", () =>
    Effect.gen(function*() {
      yield* work
      const own = yield* OwnSpans
      assert.strictEqual(own.waiting(), 1)
      assert.deepStrictEqual((yield* own.take(10)).map(({ name }) => name), ["stage"])
      assert.strictEqual(yield* yield* KeptTraces, 1)
    }).pipe(Effect.provide(tracing({}))))

  it.effect("what waits for it is bounded, and what is dropped is counted", () =>
    Effect.gen(function*() {
      for (let i = 0; i < 20; i++) {
        const traceId = `a${i.toString(16).padStart(31, "0")}`
        yield* Effect.withSpan(Effect.void, "stage", {
          parent: parentSpan({ traceId, spanId: undefined, sampled: true, traceState: undefined })
        })
      }
      const own = yield* OwnSpans
      assert.strictEqual(own.waiting(), 5)
      assert.strictEqual((yield* own.take(10)).length, 5)
      const dropped = Metric.counter("spans_dropped_total", {
        description: "Finished spans that were dropped, by exporter and reason",
        incremental: true,
        attributes: { exporter: "backend", reason: "queue_full" }
      })
      assert.isAtLeast(Number((yield* Metric.value(dropped)).count), 15)
    }).pipe(Effect.provide(tracing({ OTEL_BSP_MAX_QUEUE_SIZE: "5" }))))

  for (const variant of ["otlp", "otel-sdk"]) {
    for (const protocol of ["http/json", "http/protobuf"]) {
      it.live(`${variant} sends ${protocol} to the receiver that OTEL_* names`, () =>
        Effect.gen(function*() {
          const receiver = yield* otlpReceiver()
          yield* Effect.gen(function*() {
            yield* work
            assert.strictEqual(yield* yield* KeptTraces, 1)
            assert.strictEqual((yield* OwnSpans).waiting(), 0)
          }).pipe(Effect.provide(tracing({
            PERIGEE_TRACING: variant,
            OTEL_EXPORTER_OTLP_ENDPOINT: new URL("/", receiver.url).href,
            OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20abc, x-team = orbit",
            OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
            OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=test,service.name=ignored",
            OTEL_SERVICE_NAME: "fusion-a"
          })))
          assert.deepStrictEqual(receiver.faults, [])
          assert.deepStrictEqual(receiver.spans().map(({ name }) => name), ["stage"])
          const [headers] = receiver.headers
          assert.deepStrictEqual([headers?.["authorization"], headers?.["x-team"]], ["Bearer abc", "orbit"])
          const [sent] = receiver.resources()
          assert.isDefined(sent)
          assert.strictEqual(sent["service.name"], "fusion-a")
          assert.strictEqual(sent["deployment.environment.name"], "test")
        }).pipe(Effect.scoped))
    }
  }

  it.effect("off makes no spans and samples no event", () =>
    Effect.gen(function*() {
      yield* work
      assert.isFalse((yield* SpanSink).records)
      assert.isFalse(yield* References.TracerEnabled)
      assert.isFalse((yield* HeadSampler).decide("f".repeat(32)).sampled)
      assert.strictEqual(yield* yield* KeptTraces, 0)
      const { start } = yield* StageTracing
      assert.strictEqual(start.length, 0)
    }).pipe(Effect.provide(Layer.provideMerge(tracing({ PERIGEE_TRACING: "off" }), HeadSampler.layerRatio(1)))))

  it.effect("a value that is none is an error that names the setting, but of the variables of all programs", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(Layer.build(tracing({ PERIGEE_TRACING: "jaeger" })))
      assert.include(String(error.message), "PERIGEE_TRACING")
      yield* Layer.build(tracing({ OTEL_RESOURCE_ATTRIBUTES: "novalue", OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" }))
    }).pipe(Effect.scoped))

  it.effect("the resource names service, version, instance and host; what is configured wins", () =>
    Effect.gen(function*() {
      const own = yield* attributes({})
      assert.deepStrictEqual([own["service.name"], own["service.version"], own["host.name"]], [
        "perigee",
        "1.2.3",
        hostname()
      ])
      assert.match(String(own["service.instance.id"]), /^[0-9a-f]{32}$/)
      const given = yield* attributes({
        OTEL_RESOURCE_ATTRIBUTES: "service.name=b,host.name=h%2C1,service.instance.id=7"
      })
      assert.deepStrictEqual(
        [given["service.name"], given["host.name"], given["service.instance.id"]],
        ["b", "h,1", "7"]
      )
    }))

  it("the address of traces is the common one with /v1/traces, or their own", () => {
    assert.strictEqual(tracesUrl("http://a:4318", undefined), "http://a:4318/v1/traces")
    assert.strictEqual(tracesUrl("http://a:4318/otlp/", undefined), "http://a:4318/otlp/v1/traces")
    assert.strictEqual(tracesUrl("http://a:4318", "http://b/x"), "http://b/x")
  })
})
