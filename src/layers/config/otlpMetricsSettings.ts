/** Settings of the metrics that go to an OpenTelemetry collector. Names and meanings are OpenTelemetry's. */
import { optionalSetting, setting } from "./Setting.ts"
import { enumeration, httpHeaders, otelMillis, otelTimeout, url } from "./settingKinds.ts"

export const otlpMetricsSettings = {
  otlpMetricsEndpoint: optionalSetting({
    name: "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
    kind: url,
    secret: true,
    what:
      "Where metrics are sent as OTLP over HTTP, with its path. Without it they go to `/v1/metrics` of OTEL_EXPORTER_OTLP_ENDPOINT, if that"
      + " is set.",
    why: "There is no collector that everybody has."
  }),
  metricsExporter: setting({
    name: "OTEL_METRICS_EXPORTER",
    kind: enumeration("otlp", "none"),
    fallback: "otlp",
    what: "Whether metrics go to that collector.",
    why: "OpenTelemetry's default."
  }),
  otlpMetricsHeaders: optionalSetting({
    name: "OTEL_EXPORTER_OTLP_METRICS_HEADERS",
    kind: httpHeaders,
    secret: true,
    what: "Headers for metrics, instead of `OTEL_EXPORTER_OTLP_HEADERS`.",
    why: "As the address."
  }),
  otlpMetricsTimeout: optionalSetting({
    name: "OTEL_EXPORTER_OTLP_METRICS_TIMEOUT",
    kind: otelTimeout,
    what:
      "How long the last export may take when the process ends, at most 2 s; without it `OTEL_EXPORTER_OTLP_TIMEOUT`.",
    why: "As the address."
  }),
  metricsInterval: setting({
    name: "OTEL_METRIC_EXPORT_INTERVAL",
    kind: otelMillis,
    fallback: 10_000,
    what: "Between two exports of metrics.",
    why: "OpenTelemetry's 60 s are long for who watches a deployment."
  }),
  otlpCompression: setting({
    name: "OTEL_EXPORTER_OTLP_COMPRESSION",
    kind: enumeration("none", "gzip"),
    fallback: "none",
    what: "How requests with metrics are compressed.",
    why: "OpenTelemetry's default."
  }),
  otlpMetricsCompression: optionalSetting({
    name: "OTEL_EXPORTER_OTLP_METRICS_COMPRESSION",
    kind: enumeration("none", "gzip"),
    what: "The same, if it is another for metrics.",
    why: "As the address."
  }),
  metricsTemporality: setting({
    name: "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE",
    kind: enumeration("cumulative", "delta"),
    fallback: "cumulative",
    what: "Whether counters are sent as totals or as what was added since the last export.",
    why: "OpenTelemetry's default."
  })
}
