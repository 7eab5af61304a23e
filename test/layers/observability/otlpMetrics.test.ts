import { NodeHttpClient } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Layer, Logger, Metric } from "effect"
import { MessageLog } from "../../../src/layers/log/MessageLog.ts"
import { Exposition } from "../../../src/layers/observability/Exposition.ts"
import { layerMetricsFromConfig } from "../../../src/layers/observability/metricsFromConfig.ts"
import { testServer } from "../../support/httpServer.ts"
import { temporaryDirectory } from "../../support/temporaryDirectory.ts"

/** The paths that a collector was sent to, by a process with these settings. */
const exported = (settings: (origin: string) => Record<string, string>) =>
  Effect.gen(function*() {
    const collector = yield* testServer((_, response) => void response.end())
    const directory = yield* temporaryDirectory
    const env = { ...settings(new URL(collector.url).origin), PERIGEE_DATA_DIR: directory }
    const rendered = yield* Effect.gen(function*() {
      Metric.counter("things_total", { incremental: true }).updateUnsafe(1, yield* Effect.context())
      return yield* (yield* Exposition).render("")
    }).pipe(
      Effect.provide(
        layerMetricsFromConfig({ version: "1", live: true }).pipe(
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
    return { paths: collector.requests.map(({ pathname }) => pathname), rendered }
  }).pipe(Effect.scoped)

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
      const off = yield* exported((origin) => ({ OTEL_EXPORTER_OTLP_ENDPOINT: origin, PERIGEE_METRICS: "off" }))
      assert.deepStrictEqual(off, { paths: [], rendered: undefined })
    }))
})
