/** Settings of tracing and of what goes to a receiver of OTLP. Names and meanings of `OTEL_*` are OpenTelemetry's. */
import { optionalSetting, setting } from "./Setting.ts"
import {
  bytes,
  choice,
  duration,
  enumeration,
  httpHeaders,
  keyValues,
  number,
  onOff,
  otelTimeout,
  text,
  trueOrFalse,
  url
} from "./settingKinds.ts"

export const tracingSettings = {
  tracing: setting({
    name: "PERIGEE_TRACING",
    flag: "tracing",
    kind: choice("backend", "otlp", "otel-sdk", "off"),
    fallback: "backend",
    what:
      "Where spans go: `backend` in this process, `otlp` to a receiver, `otel-sdk` there too by OpenTelemetry's own tracer, `off`.",
    why: "Traces can be looked at without another service to run."
  }),
  flightRecorder: setting({
    name: "PERIGEE_FLIGHT_RECORDER",
    kind: onOff,
    fallback: true,
    what:
      "Whether an event that was not sampled gets its operator spans when it is given up, late, shed, slow or retracted.",
    why: "Those are the events that are asked about, and 99 of 100 of them are not sampled."
  }),
  flightRecorderSlow: setting({
    name: "PERIGEE_FLIGHT_RECORDER_SLOW",
    kind: duration("1d"),
    fallback: 30_000,
    what: "An event that leaves the pipeline so long after it was received is slow; none is with --input.",
    why: "The objective of the alerts."
  }),
  flightRecorderEvents: setting({
    name: "PERIGEE_FLIGHT_RECORDER_EVENTS",
    kind: number({ unit: "events/s", minimum: 1, maximum: 1_000_000, whole: true }),
    fallback: 1000,
    what: "Events that it makes spans of in one second at most; the rest is counted.",
    why: "One in ten at 10,000 events a second; a source that sends nothing but rubbish must not become load."
  }),
  flightRecorderBytes: setting({
    name: "PERIGEE_FLIGHT_RECORDER_BYTES",
    kind: bytes("1 GiB"),
    fallback: 16 << 20,
    what: "Bytes of spans that it makes in one second at most, as estimated; the rest is counted by the event.",
    why: "Twelve spans of 500 bytes for each of the 1000 events, and room for long chains."
  }),
  flightRecorderStages: setting({
    name: "PERIGEE_FLIGHT_RECORDER_STAGES",
    kind: number({ unit: "stages", minimum: 1, maximum: 10_000, whole: true }),
    fallback: 64,
    what: "Stages of one event that it makes spans of at most, the last ones; the rest is counted.",
    why: "Several times what the fusion pipeline has."
  }),
  flightRecorderAge: setting({
    name: "PERIGEE_FLIGHT_RECORDER_AGE",
    kind: duration("1d"),
    fallback: 600_000,
    what: "A stage that an event left longer ago than this gets no span; it is counted.",
    why: "Longer than any state of the fusion pipeline keeps an event open."
  }),
  otelSdkDisabled: setting({
    name: "OTEL_SDK_DISABLED",
    kind: trueOrFalse,
    fallback: false,
    what:
      "Nothing is sent to a receiver: no metrics, and `otlp` and `otel-sdk` are as `off`. What is kept in this process is not concerned.",
    why: "OpenTelemetry's default."
  }),
  otlpEndpoint: setting({
    name: "OTEL_EXPORTER_OTLP_ENDPOINT",
    kind: url,
    fallback: "http://localhost:4318",
    secret: true,
    what: "The receiver of OTLP over HTTP; `/v1/traces` is put behind it.",
    why: "OpenTelemetry's default: a collector on this machine."
  }),
  otlpTracesEndpoint: optionalSetting({
    name: "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    kind: url,
    secret: true,
    what: "The full address for traces, if it is another one.",
    why: "One address for all signals is the usual."
  }),
  otlpHeaders: optionalSetting({
    name: "OTEL_EXPORTER_OTLP_HEADERS",
    kind: httpHeaders,
    secret: true,
    what: "Headers of every request to the receiver.",
    why: "A collector on this machine asks for none."
  }),
  otlpTracesHeaders: optionalSetting({
    name: "OTEL_EXPORTER_OTLP_TRACES_HEADERS",
    kind: httpHeaders,
    secret: true,
    what: "Headers for traces, instead of `OTEL_EXPORTER_OTLP_HEADERS`.",
    why: "As the address."
  }),
  otlpProtocol: setting({
    name: "OTEL_EXPORTER_OTLP_PROTOCOL",
    kind: enumeration("http/json", "http/protobuf"),
    fallback: "http/json",
    what: "How spans are written for the receiver.",
    why: "JSON takes a third of protobuf's CPU here, and five times its bytes; every collector reads both."
  }),
  otlpTimeout: setting({
    name: "OTEL_EXPORTER_OTLP_TIMEOUT",
    kind: otelTimeout,
    fallback: 10_000,
    what: "How long one request to the receiver may take; 0: as long as it likes.",
    why: "OpenTelemetry's default."
  }),
  otlpQueue: setting({
    name: "OTEL_BSP_MAX_QUEUE_SIZE",
    kind: number({ unit: "spans", minimum: 1, maximum: 2 ** 31 - 1, whole: true }),
    fallback: 8192,
    what: "Spans that wait for the receiver at most; more are dropped and counted.",
    why: "Some ten seconds of the pipeline at its 1 %, through a restart of a collector."
  }),
  serviceName: optionalSetting({
    name: "OTEL_SERVICE_NAME",
    kind: text("a name"),
    what: "`service.name` of all spans.",
    why: "Without one it is that of OTEL_RESOURCE_ATTRIBUTES, else perigee."
  }),
  resourceAttributes: optionalSetting({
    name: "OTEL_RESOURCE_ATTRIBUTES",
    kind: keyValues,
    what: "More attributes of the process that its spans come from.",
    why: "service.name, service.version, service.instance.id and host.name are there without it, and give way to it."
  })
}
