/**
 * Metrics to an OpenTelemetry collector.
 *
 * One export at a time: a collector that hangs delays the next export and nothing else; one that fails is left alone for a minute. Effect's own
 * reading of OpenTelemetry's settings is not used: it ends the process for a value that it cannot read.
 */
import { Effect, Layer, Schedule } from "effect"
import { OtlpMetrics, OtlpSerialization } from "effect/observability"
import { layerGuarded } from "../client/guardedClient.ts"
import { ProcessResource } from "../resource/ProcessResource.ts"
import { Collectors } from "./Collectors.ts"

type OtlpMetricsOptions = Omit<Parameters<typeof OtlpMetrics.layer>[0], "resource">

/** The exporter reads what is collected; between two exports the collectors run at least once. */
const collecting = Layer.effectDiscard(Effect.gen(function*() {
  const { collect } = yield* Collectors
  yield* Effect.forkScoped(Effect.repeat(collect, Schedule.spaced("5 seconds")))
}))

/** Said of the process as its spans say it. */
export const layerOtlpMetrics = (options: OtlpMetricsOptions) => {
  const exporter = Layer.unwrap(Effect.map(ProcessResource, ({ attributes }) =>
    OtlpMetrics.layer({
      ...options,
      resource: {
        serviceName: String(attributes["service.name"]),
        serviceVersion: String(attributes["service.version"]),
        attributes
      }
    })))
  return Layer.merge(collecting, Layer.provide(exporter, [OtlpSerialization.layerProtobuf, layerGuarded]))
}
