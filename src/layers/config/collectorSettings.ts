/** Settings of the collector: where it listens, who may send, what it cuts, and the topic of its spans. */
import { optionalSetting, setting } from "./Setting.ts"
import { bytes, duration, number, port, text } from "./settingKinds.ts"

export const collectorSettings = {
  otlpHost: setting({
    name: "PERIGEE_OTLP_HOST",
    kind: text("a host"),
    fallback: "127.0.0.1",
    what: "The address that takes spans, for HTTP and gRPC.",
    why: "Nothing is open to the network unless asked for; set API keys when it is."
  }),
  otlpHttpPort: setting({
    name: "PERIGEE_OTLP_HTTP_PORT",
    kind: port,
    fallback: 4318,
    what:
      "The port of OTLP over HTTP (`/v1/traces`) and of Zipkin (`/api/v2/spans`); 0: a free one, printed at start. A port that is taken is a warning, and no spans come by it.",
    why: "OpenTelemetry's own: SDKs send there without being told."
  }),
  otlpGrpcPort: setting({
    name: "PERIGEE_OTLP_GRPC_PORT",
    kind: port,
    fallback: 4317,
    what: "The port of OTLP over gRPC; the same.",
    why: "OpenTelemetry's own."
  }),
  otlpApiKeys: optionalSetting({
    name: "PERIGEE_OTLP_API_KEYS",
    kind: text("keys, separated by commas"),
    secret: true,
    what:
      "Keys of which a sender must give one, as `authorization: Bearer KEY` or `x-api-key: KEY`. Without keys everybody may send.",
    why: "The collector listens on this machine only."
  }),
  otlpCorsOrigins: optionalSetting({
    name: "PERIGEE_OTLP_CORS_ORIGINS",
    kind: text("origins, separated by commas, or *"),
    what: "Web pages of which origins may send spans from a browser.",
    why: "No page may unless it is known."
  }),
  otlpRedact: optionalSetting({
    name: "PERIGEE_OTLP_REDACT",
    kind: text("attribute keys, separated by commas; one that ends with * stands for all that begin so"),
    what: "Attributes whose values are replaced by `[redacted]` before anything is stored.",
    why:
      "Which ones hold what nobody may see, only their owner knows. Requests that have one are decoded, which costs several times their CPU."
  }),
  otlpServiceRate: optionalSetting({
    name: "PERIGEE_OTLP_SERVICE_RATE",
    kind: number({ unit: "spans/s", minimum: 0, above: true, maximum: 1e9 }),
    what:
      "Spans a second that each service may send, over ten seconds; above it its requests are told to come again later.",
    why: "Without it nobody is held back until the log is full."
  }),
  otlpAttributes: setting({
    name: "PERIGEE_OTLP_ATTRIBUTES",
    kind: number({ unit: "attributes", minimum: 1, maximum: 100_000, whole: true }),
    fallback: 128,
    what: "Attributes of a span, event, link, scope or resource that are kept; the rest is counted.",
    why: "OpenTelemetry's default for SDKs."
  }),
  otlpAttributeKeyBytes: setting({
    name: "PERIGEE_OTLP_ATTRIBUTE_KEY_BYTES",
    kind: bytes("1 MiB"),
    fallback: 256,
    what: "A key's length at most; longer ones are cut at a whole character.",
    why: "No convention has a longer one."
  }),
  otlpAttributeValueBytes: setting({
    name: "PERIGEE_OTLP_ATTRIBUTE_VALUE_BYTES",
    kind: bytes("16 MiB"),
    fallback: 4096,
    what: "A value's length at most, in UTF-8; an array keeps the elements that fit.",
    why: "A statement of a database or a stack trace, and not a payload."
  }),
  spanPartitions: optionalSetting({
    name: "PERIGEE_SPAN_PARTITIONS",
    kind: number({ unit: "partitions", minimum: 1, maximum: 10_000, whole: true }),
    what:
      "Partitions of the topic `spans` when it is created; without it 100 on Kafka, else 1. An existing topic keeps its own.",
    why: "Members of the aggregator share them; one process needs one."
  }),
  spanRetention: setting({
    name: "PERIGEE_SPAN_RETENTION",
    kind: duration("3650d"),
    fallback: 7 * 86_400_000,
    what: "How long the topic `spans` keeps what was collected.",
    why: "An aggregator that was down over a week end loses nothing."
  }),
  spanRetentionBytes: setting({
    name: "PERIGEE_SPAN_RETENTION_BYTES",
    kind: bytes("1024 GiB"),
    fallback: 4 * 2 ** 30,
    what:
      "Bytes that each of its partitions keeps; the oldest go first. They are compressed, about a tenth of what was sent.",
    why: "Some fifty million spans; a disk must not fill up because somebody traces all."
  })
}
