/** From what the Kafka client throws to a {@link LogError} that says what to check. */
import { Predicate } from "effect"
import { LogError, type LogErrorReason } from "../LogError.ts"

/** What was tried. `brokers` is what the person configured. */
export interface KafkaAttempt {
  readonly doing: string
  readonly brokers: string
  readonly topic?: string
  readonly group?: string
}

/** An error and all that it was caused by, outermost first. */
const chain = (error: unknown): ReadonlyArray<unknown> => {
  const found: Array<unknown> = []
  const visit = (each: unknown): void => {
    if (!Predicate.isObject(each) || found.includes(each)) return
    found.push(each)
    if (Predicate.hasProperty(each, "cause")) visit(each.cause)
    if (Predicate.hasProperty(each, "errors") && Array.isArray(each.errors)) each.errors.forEach(visit)
  }
  visit(error)
  return found
}

const text = (error: unknown, property: "name" | "type" | "code" | "message"): string => {
  const value: unknown = Predicate.isObject(error) ? Reflect.get(error, property) : undefined
  return typeof value === "string" ? value : ""
}

const has = (error: unknown, property: "name" | "type" | "code", ...values: ReadonlyArray<string>): boolean =>
  chain(error).some((each) => values.includes(text(each, property)))

/** The group is changing or no longer knows this member: the client joins again, then the commit can be tried again. */
export const isRebalance = (error: unknown): boolean =>
  has(
    error,
    "type",
    "REBALANCE_IN_PROGRESS",
    "ILLEGAL_GENERATION",
    "UNKNOWN_MEMBER_ID",
    "NOT_COORDINATOR_FOR_GROUP"
  )

/** A network fault or a broker that is moving: the same request may succeed in a moment. */
export const isTransient = (error: unknown): boolean =>
  has(error, "name", "KafkaJSConnectionError", "KafkaJSConnectionClosedError", "KafkaJSRequestTimeoutError")
  || has(
    error,
    "type",
    "LEADER_NOT_AVAILABLE",
    "NOT_LEADER_FOR_PARTITION",
    "FENCED_LEADER_EPOCH",
    "UNKNOWN_LEADER_EPOCH",
    "GROUP_LOAD_IN_PROGRESS",
    "GROUP_COORDINATOR_NOT_AVAILABLE",
    "UNSTABLE_OFFSET_COMMIT",
    "NETWORK_EXCEPTION",
    "REQUEST_TIMED_OUT",
    "KAFKA_STORAGE_ERROR",
    "OFFSET_NOT_AVAILABLE"
  )

type Verdict = readonly [reason: LogErrorReason, explanation: string]

const byType: Readonly<Record<string, (attempt: KafkaAttempt) => Verdict>> = {
  UNKNOWN_TOPIC_OR_PARTITION: (attempt) => ["TopicNotFound", `no topic ${attempt.topic ?? "of that name"}`],
  FENCED_INSTANCE_ID: () => ["Fenced", "another member of the group has this one's name and its place"],
  INVALID_PRODUCER_EPOCH: () => ["Fenced", "another producer has this one's transactional id"],
  OFFSET_OUT_OF_RANGE: () => ["OffsetOutOfRange", "retention has removed the offset, or it is past the end"],
  MESSAGE_TOO_LARGE: () => ["RecordTooLarge", tooLarge],
  RECORD_LIST_TOO_LARGE: () => ["RecordTooLarge", tooLarge],
  CORRUPT_MESSAGE: () => ["Corrupt", "the broker finds a record damaged"],
  TOPIC_AUTHORIZATION_FAILED: (attempt) => [
    "Unauthorized",
    `this client has no right to it: check the ACLs of topic ${
      attempt.topic ?? "(any)"
    } (Read, Write, Describe, Create)`
  ],
  GROUP_AUTHORIZATION_FAILED: (attempt) => ["Unauthorized", groupRight(attempt)],
  CLUSTER_AUTHORIZATION_FAILED: () => [
    "Unauthorized",
    "this client has no right on the cluster (Create, AlterConfigs, IdempotentWrite)"
  ],
  SASL_AUTHENTICATION_FAILED: () => ["Unauthorized", "the broker refused the user name or the password"],
  UNSUPPORTED_SASL_MECHANISM: () => ["Unauthorized", "the broker does not offer this SASL mechanism"],
  INVALID_TOPIC_EXCEPTION: () => ["Invalid", "the broker refuses the topic name"],
  INVALID_PARTITIONS: () => ["Invalid", "the broker refuses the number of partitions"],
  INVALID_REPLICATION_FACTOR: () => [
    "Invalid",
    "there are fewer brokers than the replication factor: check PERIGEE_KAFKA_REPLICATION_FACTOR"
  ],
  INVALID_CONFIG: () => ["Invalid", "the broker refuses a setting of the topic (Kafka 3.6 or later is needed)"],
  INVALID_TIMESTAMP: () => [
    "Invalid",
    "a timestamp is outside what the topic takes: check its message.timestamp.before.max.ms and after.max.ms"
  ],
  POLICY_VIOLATION: () => ["Invalid", "a policy of the cluster forbids it"],
  INVALID_GROUP_ID: () => ["Invalid", "the broker refuses the name of the group"]
}

const tooLarge = "over the broker's limit: PERIGEE_KAFKA_MAX_BATCH_BYTES must not exceed the topic's max.message.bytes"

const groupRight = (attempt: KafkaAttempt): string =>
  `this client may not use group ${attempt.group ?? "(any)"}: check its Read right on the group`

const byCode: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there: check PERIGEE_KAFKA_BROKERS and that Kafka runs",
  ENOTFOUND: "the host name does not resolve: check PERIGEE_KAFKA_BROKERS and the brokers' advertised.listeners",
  EAI_AGAIN: "the host name does not resolve now: check DNS",
  EHOSTUNREACH: "there is no route to the host",
  ECONNRESET: "the connection was cut",
  ETIMEDOUT: "the network did not answer"
}

const verdict = (attempt: KafkaAttempt, error: unknown): Verdict => {
  const errors = chain(error)
  for (const each of errors) {
    const known = byType[text(each, "type")]
    if (known !== undefined) return known(attempt)
  }
  if (has(error, "name", "KafkaJSSASLAuthenticationError")) {
    return ["Unauthorized", "the broker refused the user name or the password"]
  }
  if (has(error, "name", "KafkaJSGroupCoordinatorNotFound")) {
    return attempt.group === undefined
      ? ["Unavailable", "no coordinator answers"]
      : ["Unavailable", `no coordinator for the group: it is not up yet, or ${groupRight(attempt)}`]
  }
  for (const each of errors) {
    const known = byCode[text(each, "code")]
    if (known !== undefined) return ["Unavailable", known]
  }
  if (has(error, "name", "KafkaJSConnectionClosedError")) {
    return [
      "Unavailable",
      "the broker closed the connection (a listener with TLS or SASL does that to a client without)"
    ]
  }
  if (
    has(error, "name", "KafkaJSRequestTimeoutError") ||
    errors.some((each) => /timeout|^Broker not connected$/.test(text(each, "message")))
  ) {
    return ["Unavailable", "something accepts connections there and does not answer in time"]
  }
  return ["Unavailable", "the client gave up"]
}

/** The innermost message: what the client wraps around it repeats it. */
const detail = (error: unknown): string => text(chain(error).at(-1), "message") || String(error)

export const toLogError = (attempt: KafkaAttempt, error: unknown): LogError => {
  const [reason, explanation] = verdict(attempt, error)
  return new LogError({
    reason,
    message: `Kafka at ${attempt.brokers}: ${attempt.doing}: ${explanation} [${detail(error)}]`,
    ...(attempt.topic === undefined ? {} : { topic: attempt.topic }),
    cause: error
  })
}

export const timedOut = (attempt: KafkaAttempt, limit: string): LogError =>
  new LogError({
    reason: "Unavailable",
    message: `Kafka at ${attempt.brokers}: ${attempt.doing}: no result within ${limit}: check PERIGEE_KAFKA_BROKERS`,
    ...(attempt.topic === undefined ? {} : { topic: attempt.topic })
  })
