/**
 * Every setting there is. `docs/configuration.md` is made from this table, `perigee config` prints it, and the code reads it.
 *
 * Durations are read as milliseconds, sizes as bytes.
 */
import { Config, Duration, Effect, type Layer, Record } from "effect"
import { alertSettings } from "./alertSettings.ts"
import { collectorSettings } from "./collectorSettings.ts"
import { fusionTable, latenessTable } from "./fusionTable.ts"
import { kafkaTable } from "./kafkaTable.ts"
import { lineageSettings } from "./lineageSettings.ts"
import { logSettings } from "./logSettings.ts"
import { observabilitySettings } from "./observabilitySettings.ts"
import { otlpMetricsSettings } from "./otlpMetricsSettings.ts"
import { samplingSettings } from "./samplingSettings.ts"
import { ignoredValue, layerFlags, type Setting, settingError } from "./Setting.ts"
import { listenTable, sourceSettings } from "./sourceSettings.ts"
import { traceBackendSettings } from "./traceBackendSettings.ts"
import { tracingSettings } from "./tracingSettings.ts"

export { type Origin, type Setting, type SettingRow } from "./Setting.ts"

/** The settings, each a `Config` of its value. */
export const settings = {
  ...logSettings,
  ...sourceSettings,
  ...alertSettings,
  ...tracingSettings,
  ...collectorSettings,
  ...traceBackendSettings,
  ...samplingSettings,
  ...lineageSettings,
  ...observabilitySettings,
  ...otlpMetricsSettings
}

/** All of them, in the groups and the order in which they are shown. */
export const settingGroups: ReadonlyArray<
  { readonly title: string; readonly settings: ReadonlyArray<Setting<unknown>> }
> = [
  { title: "Data and message log", settings: Object.values(logSettings) },
  {
    title: "Sources and simulator",
    settings: [...Object.values(sourceSettings), ...Object.values(listenTable).flatMap((of) => Object.values(of))]
  },
  { title: "Alerts", settings: Object.values(alertSettings) },
  { title: "Tracing", settings: Object.values(tracingSettings) },
  { title: "Collecting spans", settings: Object.values(collectorSettings) },
  { title: "Trace backend", settings: Object.values(traceBackendSettings) },
  { title: "Sampling", settings: Object.values(samplingSettings) },
  { title: "Lineage", settings: Object.values(lineageSettings) },
  {
    title: "Fusion pipeline",
    settings: [
      ...Object.values(latenessTable).flatMap((of) => Object.values(of)),
      ...Object.values(fusionTable)
    ]
  },
  { title: "HTTP, metrics and logs", settings: Object.values(observabilitySettings) },
  { title: "Metrics to a collector", settings: Object.values(otlpMetricsSettings) },
  { title: "Kafka", settings: Object.values(kafkaTable) }
]

export const allSettings: ReadonlyArray<Setting<unknown>> = settingGroups.flatMap(({ settings }) => settings)

/**
 * Variables of other programs too whose values cannot be used here: each with its name and what was expected, for a warning. They count as
 * absent.
 */
export const ignoredValues = Effect.map(
  Effect.forEach(allSettings, ignoredValue),
  (values) => values.filter((value) => value !== undefined)
)

/** Where the sensors that push their records are listened for, by kind. */
export const listenSettings = Config.all(Record.map(listenTable, (ofKind) => Config.all(ofKind)))

/** What the fusion pipeline is made with: times in ms, distances in m. */
export const fusionSettings = Config.all({
  ...fusionTable,
  lateness: Config.all(Record.map(latenessTable, (ofKind) => Config.all(ofKind)))
}).pipe(
  Config.mapEffect((values) =>
    values.windowSlide > values.window
      ? settingError("PERIGEE_WINDOW_SLIDE: expected no more than PERIGEE_WINDOW: what falls between windows is lost")
      : Effect.succeed({
        allowedLatenessMillis: values.allowedLateness,
        lateness: values.lateness,
        dedupeTtlMillis: values.dedupeTtl,
        dedupeCapacity: values.dedupeCapacity,
        windowMillis: values.window,
        slideMillis: values.windowSlide,
        screenHorizonMillis: values.screenHorizon,
        screenThresholdMetres: values.screenThreshold,
        trackDynamics: values.trackDynamics
      })
  )
)

/** What the Kafka client is made with. */
export const kafkaSettings = Config.all(kafkaTable).pipe(
  Config.mapEffect((values) =>
    values.heartbeatInterval >= values.sessionTimeout
      ? settingError("PERIGEE_KAFKA_HEARTBEAT_INTERVAL: expected less than PERIGEE_KAFKA_SESSION_TIMEOUT")
      : Effect.succeed({
        ...values,
        connectTimeout: Duration.millis(values.connectTimeout),
        requestTimeout: Duration.millis(values.requestTimeout),
        operationTimeout: Duration.millis(values.operationTimeout),
        sessionTimeout: Duration.millis(values.sessionTimeout),
        heartbeatInterval: Duration.millis(values.heartbeatInterval),
        rebalanceTimeout: Duration.millis(values.rebalanceTimeout),
        drainTimeout: Duration.millis(values.drainTimeout),
        fetchWait: Duration.millis(values.fetchWait)
      })
  )
)

type FlagOf<S> = S extends Setting<unknown, infer F> ? F : never

/** The flags that win over the environment, without their dashes. */
export type FlagName = FlagOf<(typeof settings)[keyof typeof settings]>

/**
 * The configuration with these flags before it: a flag that is given wins over the environment, and `perigee config` and errors say
 * that the value comes from it.
 */
export const withFlags = (flags: Readonly<Partial<Record<FlagName, string | undefined>>>): Layer.Layer<never> =>
  layerFlags(
    new Map(allSettings.flatMap(({ row }) => {
      const value = flagValue(flags, row.flag)
      return value === undefined ? [] : [[row.name, value] as const]
    }))
  )

const flagValue = (flags: Readonly<Record<string, string | undefined>>, flag: string | undefined) =>
  flag === undefined ? undefined : flags[flag]
