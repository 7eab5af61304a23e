/** What the Kafka test files share: the Layer on the run's broker, and a plain client beside it to look from outside. */
import { Duration, Effect, Layer } from "effect"
import kafkajs, { type Kafka } from "kafkajs"
import { inject } from "vitest"
import { KafkaLog, type KafkaSettings } from "../../../../src/layers/log/kafka/KafkaLog.ts"
import { sharedKafka } from "../../../support/kafka.ts"

/** Short waits, so that a rebalance takes tenths of a second. */
export const quick: Partial<KafkaSettings> = {
  heartbeatInterval: Duration.millis(200),
  sessionTimeout: Duration.seconds(6),
  drainTimeout: Duration.millis(300),
  fetchWait: Duration.millis(100)
}

/** The broker of this test run. */
export const broker = Effect.promise(() => sharedKafka(inject("kafkaRunDirectory")))

export const onKafka = (settings: Partial<KafkaSettings> = {}) =>
  Layer.unwrap(Effect.map(broker, ({ bootstrap }) => KafkaLog.layer({ ...quick, ...settings, brokers: [bootstrap] })))

/** The client as it comes. */
export const plainClient: Effect.Effect<Kafka> = Effect.map(
  broker,
  ({ bootstrap }) =>
    new kafkajs.Kafka({ brokers: [bootstrap], clientId: "outside", logLevel: kafkajs.logLevel.NOTHING })
)

/** Removes the records before `offset`, as retention does. */
export const removeBefore = Effect.fnUntraced(function*(topic: string, partition: number, offset: number) {
  const admin = (yield* plainClient).admin()
  yield* Effect.promise(async () => {
    await admin.connect()
    // The client finds the topic's leader for this one and not for the other.
    await admin.fetchTopicOffsets(topic)
    await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(offset) }] })
    await admin.disconnect()
  })
})
