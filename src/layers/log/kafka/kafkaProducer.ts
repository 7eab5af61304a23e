/**
 * Appends to Kafka: idempotent, acknowledged by all in-sync replicas, **one request in flight per producer, its retries included**.
 *
 * With two requests in flight, kafkajs's idempotent producer can acknowledge a record that is lost (its issue 1005): when the first
 * fails, the sequence number is rolled back and the broker takes the second request's records for the first's. So one fiber sends,
 * and what is appended while it waits for the broker goes together into its next request.
 *
 * For the same reason a producer is given up as soon as a send fails: whether its last records were written is not known, so neither is
 * the sequence number. The next append gets a new producer, with a new id.
 */
import { Deferred, Effect, Option, Queue } from "effect"
import type { Producer, RecordMetadata } from "kafkajs"
import { recordBytes } from "../checkAppend.ts"
import { LogError } from "../LogError.ts"
import type { NewLogRecord } from "../LogRecord.ts"
import type { KafkaClient } from "./kafkaClient.ts"
import { type PlacedMessage, toMessage } from "./kafkaRecord.ts"

/** Appends that wait for the sender: more wait in their callers. */
const waitingAppends = 256
/** Most records of one request: the client's grouping by partition costs the square of it. */
const batchRecords = 1000
/** Lengths, offset, time and attributes of one record, at most. */
const recordOverhead = 40

interface Portion {
  readonly topic: string
  readonly messages: ReadonlyArray<PlacedMessage>
  readonly bytes: number
  readonly offsets: Deferred.Deferred<ReadonlyArray<number>, LogError>
}

const messageBytes = (record: NewLogRecord): number => recordBytes(record) + recordOverhead

/** Cuts an append into portions that fit into one request. A record that is too large by itself was refused before. */
const portionsOf = (
  topic: string,
  records: ReadonlyArray<NewLogRecord>,
  partitions: ReadonlyArray<number>,
  maxBytes: number
): ReadonlyArray<Portion> => {
  const portions: Array<Portion> = []
  let messages: Array<PlacedMessage> = []
  let bytes = 0
  const close = (): void => {
    if (messages.length > 0) portions.push({ topic, messages, bytes, offsets: Deferred.makeUnsafe() })
    messages = []
    bytes = 0
  }
  records.forEach((record, i) => {
    const size = messageBytes(record)
    if (bytes + size > maxBytes || messages.length === batchRecords) close()
    messages.push(toMessage(record, partitions[i] ?? 0))
    bytes += size
  })
  close()
  return portions
}

const byTopic = (
  portions: ReadonlyArray<Portion>
): ReadonlyArray<{ topic: string; messages: Array<PlacedMessage> }> => {
  const topics = new Map<string, Array<PlacedMessage>>()
  for (const { topic, messages } of portions) {
    const all = topics.get(topic)
    if (all === undefined) topics.set(topic, [...messages])
    else all.push(...messages)
  }
  return Array.from(topics, ([topic, messages]) => ({ topic, messages }))
}

/** Gives each portion its offsets: those of a partition count up from its base offset, in the order of sending. */
const settle = (portions: ReadonlyArray<Portion>, metadata: ReadonlyArray<RecordMetadata>): void => {
  const next = new Map(metadata.map((each) => [`${each.topicName}/${each.partition}`, Number(each.baseOffset)]))
  for (const { topic, messages, offsets } of portions) {
    const given = messages.map(({ partition }) => {
      const at = `${topic}/${partition}`
      const offset = next.get(at) ?? -1
      next.set(at, offset + 1)
      return offset
    })
    Deferred.doneUnsafe(offsets, Effect.succeed(given))
  }
}

/** Gives the offsets of `records`, each for the partition at its index, in input order. */
type KafkaAppend = (
  topic: string,
  records: ReadonlyArray<NewLogRecord>,
  partitions: ReadonlyArray<number>
) => Effect.Effect<ReadonlyArray<number>, LogError>

export const makeKafkaAppend = Effect.fnUntraced(function*(client: KafkaClient) {
  const { maxBatchBytes } = client.settings
  const waiting = yield* Queue.bounded<Portion>(waitingAppends)
  let producer: Producer | undefined

  const connect = Effect.suspend(() => {
    if (producer !== undefined) return Effect.succeed(producer)
    const fresh = client.make().producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: () => ({ message }) => message.partition ?? 0
    })
    return client.attempt({ doing: "connect the producer" }, () => fresh.connect()).pipe(
      Effect.map(() => producer = fresh),
      Effect.tapError(() => disconnect(fresh))
    )
  })

  const disconnect = (old: Producer): Effect.Effect<void> =>
    Effect.ignore(client.attempt({ doing: "disconnect the producer" }, () => old.disconnect()))

  const giveUp = Effect.suspend(() => {
    const old = producer
    producer = undefined
    return old === undefined ? Effect.void : Effect.asVoid(Effect.forkDetach(disconnect(old)))
  })

  const send = Effect.fnUntraced(function*(portions: ReadonlyArray<Portion>) {
    const connected = yield* connect
    const topics = byTopic(portions)
    const names = topics.map((each) => each.topic).join(", ")
    return yield* client.attempt(
      { doing: `append to ${names}`, ...(topics[0] === undefined ? {} : { topic: topics[0].topic }) },
      () => connected.sendBatch({ acks: -1, topicMessages: [...topics] })
    ).pipe(Effect.tapError(() => giveUp))
  })

  /** The portion that was taken from the queue and did not fit into the last request. */
  let left: Portion | undefined

  const nextBatch = Effect.gen(function*() {
    const first = left ?? (yield* Queue.take(waiting))
    left = undefined
    const batch = [first]
    let bytes = first.bytes
    let records = first.messages.length
    while (true) {
      const more = yield* Queue.poll(waiting)
      if (Option.isNone(more)) return batch
      bytes += more.value.bytes
      records += more.value.messages.length
      if (bytes > maxBatchBytes || records > batchRecords) {
        left = more.value
        return batch
      }
      batch.push(more.value)
    }
  })

  const fail = (portions: Iterable<Portion>, error: LogError): void => {
    for (const portion of portions) Deferred.doneUnsafe(portion.offsets, Effect.fail(error))
  }

  const closed = new LogError({ reason: "Unavailable", message: "the log was closed" })

  const sendNext = Effect.gen(function*() {
    const batch = yield* nextBatch
    yield* send(batch).pipe(
      Effect.match({ onSuccess: (metadata) => settle(batch, metadata), onFailure: (error) => fail(batch, error) }),
      Effect.onInterrupt(() => Effect.sync(() => fail(batch, closed)))
    )
  })

  yield* Effect.addFinalizer(() =>
    Effect.gen(function*() {
      if (left !== undefined) fail([left], closed)
      fail(yield* Queue.clear(waiting), closed)
      yield* Queue.shutdown(waiting)
      if (producer !== undefined) yield* disconnect(producer)
    })
  )
  yield* Effect.forkScoped(Effect.forever(sendNext))

  /** One portion after the other, so that an append that needs several keeps its order. */
  const append: KafkaAppend = Effect.fnUntraced(function*(topic, records, partitions) {
    const offsets: Array<number> = []
    for (const portion of portionsOf(topic, records, partitions, maxBatchBytes)) {
      if (!(yield* Queue.offer(waiting, portion))) return yield* closed
      offsets.push(...(yield* Deferred.await(portion.offsets)))
    }
    return offsets
  })
  return append
})
