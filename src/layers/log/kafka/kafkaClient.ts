/** Settings of the Kafka adapter and the kafkajs client made from them. `docs/kafka.md` lists each setting with its reason. */
import { Duration, Effect, Schedule } from "effect"
import kafkajs, { type Kafka } from "kafkajs"
import { LogError } from "../LogError.ts"
import { isTransient, type KafkaAttempt, timedOut, toLogError } from "./kafkaErrors.ts"
import { containIdleTimer } from "./kafkaTimer.ts"

export interface KafkaSettings {
  readonly brokers: ReadonlyArray<string>
  readonly clientId: string
  /** Until a connection must stand. */
  readonly connectTimeout: Duration.Duration
  /** Until a broker must have answered one request. */
  readonly requestTimeout: Duration.Duration
  /** Until an operation, its retries included, must be done. */
  readonly operationTimeout: Duration.Duration
  /** How often the client tries a request again before the operation fails. */
  readonly retries: number
  /** A member that is silent for this long loses its partitions. */
  readonly sessionTimeout: Duration.Duration
  readonly heartbeatInterval: Duration.Duration
  /** How long the broker lets members finish before it gives their partitions away. */
  readonly rebalanceTimeout: Duration.Duration
  /** How long a member holds a rebalance for the commit of what it was given. */
  readonly drainTimeout: Duration.Duration
  /** How long the broker holds a fetch that finds nothing. */
  readonly fetchWait: Duration.Duration
  /** Most bytes of one partition in a fetch; one record batch of any size always comes. */
  readonly fetchBytes: number
  /** Most bytes of one record, and of one produce request. Not above the topics' max.message.bytes. */
  readonly maxBatchBytes: number
  /** Copies of each new topic's data; absent means three, or as many as there are brokers. */
  readonly replicationFactor: number | undefined
}

export const kafkaDefaults: KafkaSettings = {
  brokers: ["127.0.0.1:9092"],
  clientId: "perigee",
  connectTimeout: Duration.seconds(3),
  requestTimeout: Duration.seconds(10),
  operationTimeout: Duration.seconds(30),
  retries: 5,
  sessionTimeout: Duration.seconds(30),
  heartbeatInterval: Duration.seconds(3),
  rebalanceTimeout: Duration.seconds(60),
  drainTimeout: Duration.seconds(5),
  fetchWait: Duration.millis(250),
  fetchBytes: 512 * 1024,
  maxBatchBytes: 1_000_000,
  replicationFactor: undefined
}

/** What the parts of the adapter share. */
export interface KafkaClient {
  readonly settings: KafkaSettings
  /**
   * A client of its own for each producer, admin and consumer: consumers of one client share a cache of committed positions by group,
   * and a second member of a group would clear what the first reads.
   */
  readonly make: () => Kafka
  /** Runs a call of the client within the operation timeout (or `limit`), its errors mapped. */
  attempt<A>(
    what: Omit<KafkaAttempt, "brokers">,
    call: () => Promise<A>,
    limit?: Duration.Duration
  ): Effect.Effect<A, LogError>
  /** A call that changes nothing: it is tried again after a fault that passes. */
  ask<A>(what: Omit<KafkaAttempt, "brokers">, call: () => Promise<A>): Effect.Effect<A, LogError>
  /** The error for what a call of the client threw. */
  error(what: Omit<KafkaAttempt, "brokers">, cause: unknown): LogError
}

/** What the client would throw at the first use, or take for something else. */
const wrongSettings = (settings: KafkaSettings): string | undefined => {
  const noAddress = settings.brokers.find((broker) => !/^[^:\s]+:\d{1,5}$/.test(broker))
  if (settings.brokers.length === 0 || noAddress !== undefined) {
    return `PERIGEE_KAFKA_BROKERS: ${noAddress ?? "(empty)"} is not host:port`
  }
  if (!Duration.isLessThan(settings.heartbeatInterval, settings.sessionTimeout)) {
    return "PERIGEE_KAFKA_HEARTBEAT_INTERVAL must be under PERIGEE_KAFKA_SESSION_TIMEOUT"
  }
  return settings.retries < 1 ? "PERIGEE_KAFKA_RETRIES must be at least 1: an idempotent producer needs it" : undefined
}

export const makeKafkaClient = Effect.fnUntraced(function*(settings: KafkaSettings) {
  const wrong = wrongSettings(settings)
  if (wrong !== undefined) return yield* new LogError({ reason: "Invalid", message: wrong })
  containIdleTimer()
  const context = yield* Effect.context()
  const log = Effect.runForkWith(context)
  const brokers = settings.brokers.join(",")
  const make = (): Kafka =>
    new kafkajs.Kafka({
      brokers: [...settings.brokers],
      clientId: settings.clientId,
      connectionTimeout: Duration.toMillis(settings.connectTimeout),
      requestTimeout: Duration.toMillis(settings.requestTimeout),
      retry: { retries: settings.retries, initialRetryTime: 100, maxRetryTime: 2_000 },
      logLevel: kafkajs.logLevel.WARN,
      // Whatever the client gives up on reaches the caller as an error: its own log tells of attempts, which is detail.
      logCreator: () => ({ namespace, log: entry }) => {
        log(Effect.logDebug(`kafkajs ${namespace}: ${entry.message}`))
      }
    })
  const call = <A>(what: Omit<KafkaAttempt, "brokers">, run: () => Promise<A>): Effect.Effect<A, LogError> =>
    Effect.tryPromise({ try: run, catch: (cause) => toLogError({ ...what, brokers }, cause) })
  const within = (what: Omit<KafkaAttempt, "brokers">, limit: Duration.Duration) =>
    Effect.timeoutOrElse({
      duration: limit,
      orElse: () => Effect.fail(timedOut({ ...what, brokers }, Duration.format(limit)))
    })
  const client: KafkaClient = {
    settings,
    make,
    attempt: (what, run, limit = settings.operationTimeout) => call(what, run).pipe(within(what, limit)),
    ask: (what, run) =>
      call(what, run).pipe(
        Effect.retry({
          times: settings.retries,
          schedule: Schedule.exponential("100 millis"),
          while: (error) => isTransient(error.cause)
        }),
        within(what, settings.operationTimeout)
      ),
    error: (what, cause) => toLogError({ ...what, brokers }, cause)
  }
  return client
})
