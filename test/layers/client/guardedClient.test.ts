/** Every client of an address out of a setting, against a real server: user and password arrive, and are told to nobody else. */
import { NodeHttpClient } from "@effect/platform-node"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Layer, Metric } from "effect"
import { SecureRandom } from "effect/crypto"
import { OtlpSerialization } from "effect/observability"
import { MessageLog } from "../../../src/layers/log/MessageLog.ts"
import { layerMetricsFromConfig } from "../../../src/layers/metrics/metricsFromConfig.ts"
import { withRunEvents } from "../../../src/layers/openlineage/OpenLineage.ts"
import { layerOpenLineageFromConfig } from "../../../src/layers/openlineage/openLineageFromConfig.ts"
import { layerProcessResourceFromConfig } from "../../../src/layers/resource/processResourceFromConfig.ts"
import { makeOtlpSpanExporter } from "../../../src/layers/tracing/otlp/OtlpSpanExporter.ts"
import { tracesUrl } from "../../../src/layers/tracing/tracingFromConfig.ts"
import { recordingTracer } from "../../../src/testing/recordingTracer.ts"
import { collectLogs } from "../../support/collectedLogs.ts"
import { testServer } from "../../support/httpServer.ts"
import { spanData } from "../../support/spanData.ts"
import { temporaryDirectory } from "../../support/temporaryDirectory.ts"

const basic = `Basic ${Buffer.from("spy:S3CRET/pass").toString("base64")}`

/** A receiver that refuses; gives its address with secrets, and what it was sent. */
const refusing = Effect.gen(function*() {
  const asked: Array<readonly [path: string, authorization: string | undefined, token: string | null]> = []
  const server = yield* testServer((url, response) => {
    asked.push([url.pathname, response.req.headers.authorization, url.searchParams.get("token")])
    response.writeHead(400).end(`refused ${url.href}`)
  })
  const { host } = new URL(server.url)
  return { asked, address: `http://spy:S3CRET%2Fpass@${host}/base?token=S3CRET-token` }
})

const silent = (told: unknown) => {
  const text = JSON.stringify(told)
  assert.notInclude(text, "S3CRET")
  assert.notInclude(text, basic.slice(6))
}

describe("addresses with secrets", () => {
  it.live("OPENLINEAGE_URL", () => {
    const logged = collectLogs()
    const tracer = recordingTracer()
    return Effect.gen(function*() {
      const { address, asked } = yield* refusing
      const run = withRunEvents(Effect.void, {
        namespace: "test",
        job: "job",
        description: "none",
        version: "1",
        inputs: [],
        outputs: [],
        rows: () => new Map()
      })
      yield* Effect.provide(
        run,
        layerOpenLineageFromConfig.pipe(
          Layer.provide([NodeHttpClient.layerUndici, NodeServices.layer]),
          Layer.provideMerge(SecureRandom.layerWebCrypto),
          Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord({ OPENLINEAGE_URL: address })))
        )
      )
      assert.deepStrictEqual(asked[0], ["/base/api/v1/lineage", basic, "S3CRET-token"])
      assert.isAbove(logged.lines.length, 0)
      assert.isAbove(tracer.spans.length, 0)
      silent([logged.lines, tracer.spans.map((span) => [...span.attributes])])
    }).pipe(Effect.scoped, Effect.provide(Layer.merge(logged.layer, tracer.layer)))
  })

  it.live("OTEL_EXPORTER_OTLP_ENDPOINT, for spans", () => {
    const logged = collectLogs()
    return Effect.gen(function*() {
      const { address, asked } = yield* refusing
      yield* Effect.scoped(Effect.gen(function*() {
        const { sink } = yield* makeOtlpSpanExporter({
          url: tracesUrl(address, undefined),
          headers: { "x-key": "S3CRET-key" },
          resource: {},
          version: "1"
        })
        sink.offer([spanData({ name: "a span" })])
      })).pipe(Effect.provide([NodeHttpClient.layerUndici, OtlpSerialization.layerJson]))
      assert.deepStrictEqual(asked, [["/base/v1/traces", basic, "S3CRET-token"]])
      assert.include(logged.lines.join("\n"), "spans dropped by the OTLP exporter")
      silent(logged.lines)
    }).pipe(Effect.scoped, Effect.provide(logged.layer))
  })

  it.live("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT and its headers, even where every log line is written", () => {
    const logged = collectLogs()
    return Effect.gen(function*() {
      const { address, asked } = yield* refusing
      const env = {
        OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: address,
        OTEL_EXPORTER_OTLP_METRICS_HEADERS: "x-key=S3CRET-key",
        PERIGEE_DATA_DIR: yield* temporaryDirectory
      }
      yield* Effect.gen(function*() {
        Metric.counter("things_total", { incremental: true }).updateUnsafe(1, yield* Effect.context())
      }).pipe(
        Effect.provide(
          layerMetricsFromConfig({ version: "1", live: true }).pipe(
            Layer.provideMerge(layerProcessResourceFromConfig("1")),
            Layer.provide([
              NodeHttpClient.layerUndici,
              MessageLog.layerMemory,
              ConfigProvider.layer(ConfigProvider.fromEnvRecord(env))
            ]),
            Layer.provideMerge(Layer.effect(Metric.MetricRegistry, Effect.sync(() => new Map())))
          )
        )
      )
      assert.deepStrictEqual(asked[0], ["/base", basic, "S3CRET-token"])
      assert.include(logged.lines.join("\n"), "Disabling exporter")
      silent(logged.lines)
    }).pipe(Effect.scoped, Effect.provide(logged.layer))
  })
})
