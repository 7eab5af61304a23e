/**
 * Metrics to an OpenTelemetry collector, where one is named by OpenTelemetry's own settings (`OTEL_EXPORTER_OTLP_ENDPOINT`,
 * `OTEL_METRIC_EXPORT_INTERVAL` and so on).
 *
 * One export at a time: a collector that hangs delays the next export and nothing else; one that fails is left alone for a minute.
 */
import { ConfigProvider, Effect, Layer, Schedule } from "effect"
import { OtlpMetrics, OtlpSerialization } from "effect/observability"
import { layerGuarded } from "../client/guardedClient.ts"
import { ProcessResource } from "../resource/ProcessResource.ts"
import { Collectors } from "./Collectors.ts"

/** The exporter reads what is collected; between two exports the collectors run at least once. */
const collecting = Layer.effectDiscard(Effect.gen(function*() {
  const { collect } = yield* Collectors
  yield* Effect.forkScoped(Effect.repeat(collect, Schedule.spaced("5 seconds")))
}))

/** OpenTelemetry's default is to export; the exporter's own is not to. */
const exportByDefault = ConfigProvider.layerAdd(ConfigProvider.fromEnvRecord({ OTEL_METRICS_EXPORTER: "otlp" }))

/** Said of the process as its spans say it. */
const exporter = Layer.unwrap(Effect.map(ProcessResource, ({ attributes }) =>
  OtlpMetrics.layerFromConfig({
    resource: {
      serviceName: String(attributes["service.name"]),
      serviceVersion: String(attributes["service.version"]),
      attributes
    }
  })))

export const layerOtlpMetrics = Layer.merge(
  collecting,
  Layer.provide(exporter, [OtlpSerialization.layerProtobuf, exportByDefault, layerGuarded])
)
