/**
 * {@link MessageLog} on Apache Kafka (3.6 or later) by kafkajs. `docs/kafka.md` tells what it guarantees and what each setting is for.
 *
 * Differences that the service allows: an append is all or none per partition and per portion of `maxBatchBytes`; retention is the
 * brokers' work, by whole segments, so `enforceRetention` removes nothing itself; the unit of prefetch is the client's batch of a
 * partition (`fetchBytes`), of which the stream's arrays are cuts.
 */
import { Effect, Layer } from "effect"
import type { SourcePosition } from "../../../domain/stream/Envelope.ts"
import { kafkaSettings } from "../../config/settings.ts"
import { checkRecords } from "../checkAppend.ts"
import { LogError } from "../LogError.ts"
import { MessageLog, type MessageLogShape } from "../MessageLog.ts"
import { partitionForKey } from "../partitioner.ts"
import { kafkaDefaults, type KafkaSettings, makeKafkaClient } from "./kafkaClient.ts"
import { subscribeKafka } from "./kafkaConsumer.ts"
import { makeKafkaRead } from "./kafkaFetch.ts"
import { makeKafkaAppend } from "./kafkaProducer.ts"
import { makeKafkaTopics } from "./kafkaTopics.ts"

export { kafkaDefaults, type KafkaSettings } from "./kafkaClient.ts"

const noPartition = (topic: string, count: number, partition: number): LogError =>
  new LogError({
    reason: "PartitionNotFound",
    message: `topic ${topic} has partitions 0 to ${count - 1}, not ${partition}`,
    topic,
    ...(Number.isInteger(partition) ? { partitions: [partition] } : {})
  })

const isPartition = (partition: number, count: number): boolean =>
  Number.isInteger(partition) && partition >= 0 && partition < count

const make = Effect.fnUntraced(function*(settings: KafkaSettings) {
  const client = yield* makeKafkaClient(settings)
  const topics = yield* makeKafkaTopics(client)
  const appendPlaced = yield* makeKafkaAppend(client)
  const readPartition = yield* makeKafkaRead(client)
  let turn = 0

  const append = Effect.fn("MessageLog.append")(function*(topic, records) {
    const count = yield* topics.partitions(topic)
    const wrong = checkRecords(topic, records, settings.maxBatchBytes)
    if (wrong !== undefined) return yield* wrong
    const partitions = records.map(({ key, partition }) =>
      partition ?? (key === undefined ? turn++ % count : partitionForKey(key, count))
    )
    const unknown = partitions.find((partition) => !isPartition(partition, count))
    if (unknown !== undefined) return yield* noPartition(topic, count, unknown)
    const offsets = yield* appendPlaced(topic, records, partitions).pipe(
      Effect.tapError((error) => Effect.sync(() => error.reason === "TopicNotFound" && topics.forget(topic)))
    )
    return offsets.map((offset, i): SourcePosition => ({ topic, partition: partitions[i] ?? 0, offset }))
  }) satisfies MessageLogShape["append"]

  const read = Effect.fn("MessageLog.read")(function*(options) {
    const { topic, partition, offset } = options
    const count = yield* topics.partitions(topic)
    if (!isPartition(partition, count)) return yield* noPartition(topic, count, partition)
    if (!Number.isSafeInteger(offset) || offset < 0) {
      return yield* new LogError({
        reason: "OffsetOutOfRange",
        message: `${topic}/${partition} has no offset ${offset}`,
        topic,
        partitions: [partition]
      })
    }
    return yield* readPartition(options)
  }) satisfies MessageLogShape["read"]

  const subscribe = Effect.fn("MessageLog.subscribe")(function*(options) {
    const { maxRecords, topic } = options
    if (maxRecords !== undefined && !(Number.isSafeInteger(maxRecords) && maxRecords > 0)) {
      return yield* new LogError({ reason: "Invalid", message: `maxRecords is ${maxRecords}`, topic })
    }
    return yield* subscribeKafka(client, topics, options)
  }) satisfies MessageLogShape["subscribe"]

  return MessageLog.of({
    ensureTopic: topics.ensureTopic,
    topics: topics.topics,
    append,
    read,
    offsets: topics.offsets,
    committed: topics.committed,
    subscribe,
    enforceRetention: Effect.succeed(0)
  })
})

/** The log on the brokers of `settings`, which replace the defaults one by one. Fails with `Unavailable` if none answers. */
const layer = (settings: Partial<KafkaSettings>): Layer.Layer<MessageLog, LogError> =>
  Layer.effect(MessageLog, make({ ...kafkaDefaults, ...settings }))

/** The same by `PERIGEE_KAFKA_*`. */
const layerConfig = Layer.effect(MessageLog, Effect.flatMap(kafkaSettings, make))

/** The log on Kafka. */
export const KafkaLog = { layer, layerConfig }
