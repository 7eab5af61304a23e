/** Settings of the Kafka adapter. */
import { optionalSetting, setting } from "./Setting.ts"
import { addresses, bytes, duration, number, text } from "./settingKinds.ts"

export const kafkaTable = {
  brokers: setting({
    name: "PERIGEE_KAFKA_BROKERS",
    kind: addresses,
    fallback: ["127.0.0.1:9092"],
    what: "Where to ask first; then the brokers' `advertised.listeners` count.",
    why: "Kafka's own port on this machine."
  }),
  clientId: setting({
    name: "PERIGEE_KAFKA_CLIENT_ID",
    kind: text("text"),
    fallback: "perigee",
    what: "The name in the brokers' logs and quotas.",
    why: "The program's name."
  }),
  connectTimeout: setting({
    name: "PERIGEE_KAFKA_CONNECT_TIMEOUT",
    kind: duration("10m"),
    fallback: 3000,
    what: "Until a connection must stand.",
    why: "The client's own second is short for a broker that is busy or far away."
  }),
  requestTimeout: setting({
    name: "PERIGEE_KAFKA_REQUEST_TIMEOUT",
    kind: duration("10m"),
    fallback: 10_000,
    what: "Until a broker must have answered one request.",
    why: "A broker waits for its replicas within it."
  }),
  operationTimeout: setting({
    name: "PERIGEE_KAFKA_OPERATION_TIMEOUT",
    kind: duration("1h"),
    fallback: 30_000,
    what: "Until an operation fails as unavailable, its retries included.",
    why: "The client's retries are nested and have no bound of their own."
  }),
  retries: setting({
    name: "PERIGEE_KAFKA_RETRIES",
    kind: number({ unit: "tries", minimum: 1, maximum: 1000, whole: true }),
    fallback: 5,
    what: "How often the client tries a request again.",
    why: "The pauses between tries grow from 0.1 s to 2 s: a new leader is elected within that."
  }),
  sessionTimeout: setting({
    name: "PERIGEE_KAFKA_SESSION_TIMEOUT",
    kind: duration("1h"),
    fallback: 30_000,
    what: "A member that is silent for this long loses its partitions.",
    why: "Shorter makes a long garbage collection look like a death."
  }),
  heartbeatInterval: setting({
    name: "PERIGEE_KAFKA_HEARTBEAT_INTERVAL",
    kind: duration("10m"),
    fallback: 3000,
    what: "Between heartbeats; under the session timeout.",
    why: "A tenth of the session; a member hears of a rebalance with a heartbeat."
  }),
  rebalanceTimeout: setting({
    name: "PERIGEE_KAFKA_REBALANCE_TIMEOUT",
    kind: duration("1h"),
    fallback: 60_000,
    what: "How long the group waits for a member to finish before it goes on without it.",
    why: "Twice the session, so that a slow member is not mistaken for a dead one."
  }),
  drainTimeout: setting({
    name: "PERIGEE_KAFKA_DRAIN_TIMEOUT",
    kind: duration("10m"),
    fallback: 5000,
    what: "How long a member holds a rebalance for the commit of what it was given.",
    why: "Longer: fewer records twice. Shorter: faster rebalances."
  }),
  fetchWait: setting({
    name: "PERIGEE_KAFKA_FETCH_WAIT",
    kind: duration("1m"),
    fallback: 250,
    what: "How long a broker holds a fetch that finds nothing.",
    why: "Records are sent at once in any case; leaving a group waits for the fetch in flight."
  }),
  fetchBytes: setting({
    name: "PERIGEE_KAFKA_FETCH_BYTES",
    kind: bytes("1 GiB"),
    fallback: 512 * 1024,
    what: "Most bytes of one partition in a fetch; a larger record comes all the same.",
    why: "It is what is held in memory per partition owned."
  }),
  maxBatchBytes: setting({
    name: "PERIGEE_KAFKA_MAX_BATCH_BYTES",
    kind: bytes("1 GiB"),
    fallback: 1_000_000,
    what: "Most bytes of one record, and of one produce request.",
    why: "Just under the brokers' default `max.message.bytes`."
  }),
  replicationFactor: optionalSetting({
    name: "PERIGEE_KAFKA_REPLICATION_FACTOR",
    kind: number({ unit: "copies", minimum: 1, maximum: 100, whole: true }),
    what: "Copies of each new topic's data; without it three, or as many as there are brokers.",
    why: "With two in-sync replicas required, three copies survive the loss of one broker."
  })
}
