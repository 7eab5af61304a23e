/** The metrics that the settings ask for: all of them, or none. */
import { Effect, Layer } from "effect"
import { layerAlertStoreFromConfig } from "../alerts/alertsFromConfig.ts"
import { inForce } from "../config/Setting.ts"
import { settings } from "../config/settings.ts"
import { DeadLetterLog } from "../deadletters/deadLetterLog.ts"
import { layerLineageMetrics } from "../lineage/lineageMetrics.ts"
import { ProcDescriptors } from "../runtime/ProcDescriptors.ts"
import { layerSamplingMetrics } from "../sampling/samplingMetrics.ts"
import { layerMeasuredAlerts } from "../slo/alertLatency.ts"
import { EmbeddedSloStore } from "../slo/EmbeddedSloStore.ts"
import { Slo } from "../slo/Slo.ts"
import { layerSloMetrics } from "../slo/sloMetrics.ts"
import { SloStore } from "../slo/SloStore.ts"
import { StageMetrics } from "../stage/StageHooks.ts"
import { Collectors } from "./Collectors.ts"
import { layerCountedDeadLetters } from "./deadLetterMetrics.ts"
import { Exemplars } from "./Exemplars.ts"
import { Exposition } from "./Exposition.ts"
import { layerOtlpMetrics } from "./otlpMetrics.ts"
import { layerProcessMetrics } from "./processMetrics.ts"
import { layerStageExemplars } from "./stageExemplars.ts"

/** Objectives in the data directory; where it cannot be used, in memory, which is said. */
const sloStore = Layer.unwrap(Effect.gen(function*() {
  return EmbeddedSloStore.layer(yield* settings.dataDirectory).pipe(
    Layer.catch((error) =>
      Layer.unwrap(Effect.as(
        Effect.logWarning(`service-level objectives begin anew and are not kept: ${error.message}`),
        SloStore.layerMemory
      ))
    )
  )
}))

/** Metrics are exported only where somebody named a collector: OpenTelemetry's default address is for traces alone. */
const collectorUrl = Effect.gen(function*() {
  if ((yield* settings.otelSdkDisabled) || (yield* settings.metricsExporter) === "none") return undefined
  const own = yield* settings.otlpMetricsEndpoint
  const { origin } = yield* inForce(settings.otlpEndpoint)
  return own ?? (origin === "default" ? undefined : `${(yield* settings.otlpEndpoint).replace(/\/$/, "")}/v1/metrics`)
})

const exporter = Effect.gen(function*() {
  const url = yield* collectorUrl
  if (url === undefined) return Layer.empty
  return layerOtlpMetrics({
    url,
    headers: (yield* settings.otlpMetricsHeaders) ?? (yield* settings.otlpHeaders) ?? {},
    compression: (yield* settings.otlpMetricsCompression) ?? (yield* settings.otlpCompression),
    exportInterval: yield* settings.metricsInterval,
    temporality: yield* settings.metricsTemporality,
    shutdownTimeout: Math.min(
      mostShutdownMillis,
      (yield* settings.otlpMetricsTimeout) ?? (yield* settings.otlpTimeout)
    )
  })
})

/** What a collector that does not answer may hold up the end of the process. */
const mostShutdownMillis = 2000

interface MetricsOptions {
  readonly version: string
  /** False where event time is not now, such as in a file: how late an alert is then says nothing. */
  readonly live: boolean
}

/**
 * What is asked for metrics, and the hooks of the stages that keep them, around the tracing beneath. Fails with a `ConfigError` for a value
 * that is none.
 */
export const layerMetricsFromConfig = ({ live, version }: MetricsOptions) =>
  Layer.unwrap(Effect.gen(function*() {
    if (!(yield* settings.metrics)) return Layer.mergeAll(Exposition.layerOff, Collectors.layer, Slo.layerOff)
    const slo = live ? Layer.orDie(Slo.layer.pipe(Layer.provide(sloStore))) : Slo.layerOff
    return Layer.mergeAll(
      Exposition.layer,
      StageMetrics.layer,
      layerStageExemplars,
      Layer.provide(layerProcessMetrics({ version }), ProcDescriptors.layer),
      layerSloMetrics,
      layerSamplingMetrics,
      layerLineageMetrics,
      yield* exporter
    ).pipe(Layer.provideMerge(Layer.mergeAll(Collectors.layer, slo, Exemplars.layerMemory())))
  }))

/** The store of alerts, measured where metrics are on. */
export const layerAlertsFromConfig = Layer.unwrap(Effect.gen(function*() {
  const on = yield* settings.metrics
  return on ? Layer.provide(layerMeasuredAlerts, layerAlertStoreFromConfig) : layerAlertStoreFromConfig
}))

/** The dead letters on the log, counted where metrics are on. */
export const layerDeadLettersFromConfig = Layer.unwrap(Effect.gen(function*() {
  const on = yield* settings.metrics
  return on ? Layer.provide(layerCountedDeadLetters, DeadLetterLog.layer) : DeadLetterLog.layer
}))
