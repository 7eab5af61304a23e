/** Settings of the trace backend behind the collector: when a trace is done, which store keeps it and for how long. */
import { optionalSetting, setting } from "./Setting.ts"
import { bytes, choice, duration, text } from "./settingKinds.ts"

export const traceBackendSettings = {
  role: setting({
    name: "PERIGEE_ROLE",
    flag: "role",
    kind: choice("all", "fusion", "collector", "aggregator", "query"),
    fallback: "all",
    what:
      "What this process does of it all: `fusion` alerts alone, `collector` takes spans into the log, `aggregator` stores traces, `query` answers for a store.",
    why: "One process does everything until it is not enough. Several processes need a log that they share: Kafka."
  }),
  traceStore: setting({
    name: "PERIGEE_TRACE_STORE",
    kind: choice("sqlite", "postgres", "opensearch", "memory"),
    fallback: "sqlite",
    what:
      "Where traces are kept: files of the data directory, PostgreSQL, OpenSearch or Elasticsearch, or this process alone.",
    why: "No other service to run. The servers are for aggregators and queries on several machines."
  }),
  traceStoreUrl: optionalSetting({
    name: "PERIGEE_TRACE_STORE_URL",
    kind: text("an address"),
    secret: true,
    what:
      "The address of the store on another machine, such as `postgresql://user:password@host/perigee` or `http://user:password@host:9200`.",
    why: "Files have none."
  }),
  traceCacheUrl: optionalSetting({
    name: "PERIGEE_REDIS_URL",
    kind: text("an address"),
    secret: true,
    what:
      "A Redis that holds traces, decisions and operations that were asked for, such as `redis://user:password@host:6379`. Gone or frozen, it changes no answer.",
    why: "The files of the data directory answer as fast; it spares a store that many ask."
  }),
  traceRetention: setting({
    name: "PERIGEE_TRACE_RETENTION",
    kind: duration("3650d"),
    fallback: 7 * 86_400_000,
    what: "How long a trace is kept after it ended.",
    why: "As long as the log keeps the spans."
  }),
  traceRetentionBytes: setting({
    name: "PERIGEE_TRACE_RETENTION_BYTES",
    kind: bytes("64 TiB"),
    fallback: 4 * 2 ** 30,
    what: "Bytes that stored traces take at most; the oldest go first.",
    why: "Some 30 million spans; a machine's disk does not fill unnoticed."
  }),
  traceGrace: setting({
    name: "PERIGEE_TRACE_GRACE",
    kind: duration("1d"),
    fallback: 1000,
    what: "A trace whose root has ended and whose parents are all there is done when nothing came for so long.",
    why: "Exporters send every second or so; what comes later joins its trace all the same."
  }),
  traceRootDelay: setting({
    name: "PERIGEE_TRACE_ROOT_DELAY",
    kind: duration("1d"),
    fallback: 5000,
    what: "A trace whose root has ended but of which parents are missing is done when nothing came for so long.",
    why: "OpenTelemetry's exporters send every five seconds."
  }),
  traceWait: setting({
    name: "PERIGEE_TRACE_WAIT",
    kind: duration("1d"),
    fallback: 30_000,
    what: "A trace is done so long after its first span came, whatever is missing.",
    why: "Windows of the fusion pipeline are 30 s; more waits in memory for longer."
  }),
  traceMemory: setting({
    name: "PERIGEE_TRACE_MEMORY",
    kind: bytes("64 GiB"),
    fallback: 128 << 20,
    what:
      "Memory for traces that wait, of each partition; then those of the lowest randomness go, or, without a policy, the oldest are stored early.",
    why: "Two million spans: their bodies wait in the log."
  })
}
