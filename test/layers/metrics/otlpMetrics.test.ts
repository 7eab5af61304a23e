import { NodeHttpClient } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Layer, Logger, Metric, Schema } from "effect"
import { MessageLog } from "../../../src/layers/log/MessageLog.ts"
import { Exposition } from "../../../src/layers/metrics/Exposition.ts"
import { layerMetricsFromConfig } from "../../../src/layers/metrics/metricsFromConfig.ts"
import { ProcessResource } from "../../../src/layers/resource/ProcessResource.ts"
import { layerProcessResourceFromConfig } from "../../../src/layers/resource/processResourceFromConfig.ts"
import { testServer } from "../../support/httpServer.ts"
import { decode, type Message } from "../../support/otlp/protobuf.ts"
import { resource } from "../../support/otlp/traceProto.ts"
import { temporaryDirectory } from "../../support/temporaryDirectory.ts"

/** What `ExportMetricsServiceRequest` says of the process; its metrics are left as bytes. */
const exportMetricsServiceRequest: Message = {
  fields: () => ({
    1: {
      name: "resourceMetrics",
      kind: {
        fields: () => ({
          1: { name: "resource", kind: resource },
          2: { name: "scopeMetrics", kind: "bytes", repeated: true }
        })
      },
      repeated: true
    }
  })
}

/** What a collector was sent, by a process with these settings: the paths, the bodies, and the process's own resource. */
const exported = (settings: (origin: string) => Record<string, string>) =>
  Effect.gen(function*() {
    const bodies: Array<Buffer> = []
    const collector = yield* testServer((_, response) => {
      const parts: Array<Buffer> = []
      response.req.on("data", (part: Buffer) => parts.push(part))
      response.req.on("end", () => {
        bodies.push(Buffer.concat(parts))
        response.end()
      })
    })
    const directory = yield* temporaryDirectory
    const env = { ...settings(new URL(collector.url).origin), PERIGEE_DATA_DIR: directory }
    const { attributes, rendered } = yield* Effect.gen(function*() {
      Metric.counter("things_total", { incremental: true }).updateUnsafe(1, yield* Effect.context())
      const { attributes } = yield* ProcessResource
      return { attributes, rendered: yield* (yield* Exposition).render("") }
    }).pipe(
      Effect.provide(
        layerMetricsFromConfig({ version: "1", live: true }).pipe(
          Layer.provideMerge(layerProcessResourceFromConfig("1")),
          Layer.provide([
            NodeHttpClient.layerUndici,
            MessageLog.layerMemory,
            Logger.layer([]),
            ConfigProvider.layer(ConfigProvider.fromEnvRecord(env))
          ]),
          Layer.provideMerge(Layer.effect(Metric.MetricRegistry, Effect.sync(() => new Map())))
        )
      )
    )
    return { paths: collector.requests.map(({ pathname }) => pathname), rendered, bodies, attributes }
  }).pipe(Effect.scoped)

const decodeRequest = Schema.decodeUnknownSync(Schema.Struct({
  resourceMetrics: Schema.NonEmptyArray(Schema.Struct({
    resource: Schema.Struct({
      attributes: Schema.Array(
        Schema.Struct({ key: Schema.String, value: Schema.Struct({ stringValue: Schema.String }) })
      )
    })
  }))
}))

describe("metrics to a collector", () => {
  it.live("at the latest when the process ends, where OpenTelemetry's settings name one", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(
        (yield* exported((origin) => ({ OTEL_EXPORTER_OTLP_ENDPOINT: origin }))).paths,
        ["/v1/metrics"]
      )
      assert.deepStrictEqual(
        (yield* exported((origin) => ({ OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${origin}/mine` }))).paths,
        ["/mine"]
      )
    }))

  it.live("none where none is named, where that is switched off, or where metrics are", () =>
    Effect.gen(function*() {
      const plain = yield* exported(() => ({}))
      assert.deepStrictEqual(plain.paths, [])
      assert.include(plain.rendered?.body, "things_total 1")
      const other = yield* exported((origin) => ({
        OTEL_EXPORTER_OTLP_ENDPOINT: origin,
        OTEL_METRICS_EXPORTER: "none"
      }))
      assert.deepStrictEqual(other.paths, [])
      const disabled = yield* exported((origin) => ({ OTEL_EXPORTER_OTLP_ENDPOINT: origin, OTEL_SDK_DISABLED: "True" }))
      assert.deepStrictEqual(disabled.paths, [])
      const nowhere = yield* exported(() => ({ OTEL_EXPORTER_OTLP_ENDPOINT: "localhost:4317" }))
      assert.deepStrictEqual(nowhere.paths, [], "an address that is none names no collector")
      const off = yield* exported((origin) => ({ OTEL_EXPORTER_OTLP_ENDPOINT: origin, PERIGEE_METRICS: "off" }))
      assert.deepStrictEqual([off.paths, off.rendered], [[], undefined])
    }))

  it.live("whatever their other settings are: what cannot be read is as if it were not set", () =>
    Effect.gen(function*() {
      const { paths } = yield* exported((origin) => ({
        OTEL_EXPORTER_OTLP_ENDPOINT: origin,
        OTEL_METRICS_EXPORTER: "prometheus",
        OTEL_EXPORTER_OTLP_TIMEOUT: "10s",
        OTEL_METRIC_EXPORT_INTERVAL: "1m",
        OTEL_EXPORTER_OTLP_COMPRESSION: "zstd",
        OTEL_EXPORTER_OTLP_HEADERS: "a b=c",
        OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: "lowmemory"
      }))
      assert.deepStrictEqual(paths, ["/v1/metrics"])
    }))

  it.live("they say of the process what its spans say", () =>
    Effect.gen(function*() {
      const { attributes, bodies } = yield* exported((origin) => ({
        OTEL_EXPORTER_OTLP_ENDPOINT: origin,
        OTEL_SERVICE_NAME: "fusion-a",
        OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=test,host.name=h%2C1"
      }))
      assert.deepStrictEqual(
        [attributes["service.name"], attributes["deployment.environment.name"], attributes["host.name"]],
        ["fusion-a", "test", "h,1"]
      )
      const request = decode(exportMetricsServiceRequest, bodies[0] ?? Buffer.alloc(0))
      const { resourceMetrics: [first] } = decodeRequest(request)
      const sent = Object.fromEntries(first.resource.attributes.map(({ key, value }) => [key, value.stringValue]))
      assert.deepStrictEqual(sent, attributes)
    }))
})
