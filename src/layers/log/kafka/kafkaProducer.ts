/**
 * Appends to Kafka: idempotent, acknowledged by all in-sync replicas, **one request in flight per producer, its retries included**.
 *
 * With two requests in flight, kafkajs's idempotent producer can acknowledge a record that is lost (its issue 1005): when the first
 * fails, the sequence number is rolled back and the broker takes the second request's records for the first's. So one fiber sends with each
 * producer, and what is appended to a partition while it waits for the broker goes together into its next request.
 *
 * For the same reason a producer is given up as soon as a send fails: whether its last records were written is not known, so neither is
 * the sequence number. The next append gets a new producer, with a new id.
 *
 * **One partition a request.** Of a request with several the client tells only the first that failed, and not what became of the others: an
 * append's outcome must be that of its own partition. A few senders share the partitions, each with a producer of its own, so that they do not wait for
 * one another one by one. A request of several appends that the broker refuses as a whole (too large together, or for one of them) is sent again
 * append by append, as nothing of it was written.
 */
import { Deferred, Effect, Option, Queue, type Scope } from "effect"
import type { Producer, RecordMetadata } from "kafkajs"
import { hash32 } from "../../../domain/text/hash32.ts"
import { recordBytes } from "../checkAppend.ts"
import { LogError } from "../LogError.ts"
import type { NewLogRecord } from "../LogRecord.ts"
import type { KafkaClient } from "./kafkaClient.ts"
import { type PlacedMessage, toMessage } from "./kafkaRecord.ts"

/** Producers, and requests under way, at most. */
const mostSenders = 4
/** Appends that wait for a sender: more wait in their callers. */
const waitingAppends = 256
/** Most records of one request. */
const batchRecords = 1000
/** Lengths, offset, time and attributes of one record, at most. */
const recordOverhead = 40

/** What of one append goes to one partition in one request. */
interface Portion {
  readonly topic: string
  readonly partition: number
  readonly messages: ReadonlyArray<PlacedMessage>
  /** Where in the append each message stands. */
  readonly places: ReadonlyArray<number>
  readonly bytes: number
  readonly offset: Deferred.Deferred<number, LogError>
}

const messageBytes = (record: NewLogRecord): number => recordBytes(record) + recordOverhead

/** Cuts an append into portions of one partition that fit into one request. A record that is too large by itself was refused before. */
const portionsOf = (
  topic: string,
  records: ReadonlyArray<NewLogRecord>,
  partitions: ReadonlyArray<number>,
  maxBytes: number
): ReadonlyArray<Portion> => {
  interface Filling {
    messages: Array<PlacedMessage>
    places: Array<number>
    bytes: number
  }
  const portions: Array<Portion> = []
  const filling = new Map<number, Filling>()
  const close = (partition: number, filled: Filling): void => {
    portions.push({ topic, partition, ...filled, offset: Deferred.makeUnsafe() })
    filling.delete(partition)
  }
  records.forEach((record, i) => {
    const partition = partitions[i] ?? 0
    const size = messageBytes(record)
    const open = filling.get(partition)
    if (open !== undefined && (open.bytes + size > maxBytes || open.messages.length === batchRecords)) {
      close(partition, open)
    }
    const current = filling.get(partition) ?? { messages: [], places: [], bytes: 0 }
    filling.set(partition, current)
    current.messages.push(toMessage(record, partition))
    current.places.push(i)
    current.bytes += size
  })
  for (const [partition, filled] of filling) close(partition, filled)
  return portions
}

/** Gives each portion of a request its first offset: they count up in the order of sending. */
const settle = (portions: ReadonlyArray<Portion>, metadata: ReadonlyArray<RecordMetadata>): void => {
  let offset = Number(metadata[0]?.baseOffset ?? -1)
  for (const portion of portions) {
    Deferred.doneUnsafe(portion.offset, Effect.succeed(offset))
    offset += portion.messages.length
  }
}

const fail = (portions: Iterable<Portion>, error: LogError): void => {
  for (const { offset } of portions) Deferred.doneUnsafe(offset, Effect.fail(error))
}

const closed = new LogError({ reason: "Unavailable", message: "the log was closed" })

/** The broker looked at the request and took nothing of it: sending its parts again writes nothing twice. */
const isRefusal = ({ reason }: LogError): boolean => reason === "RecordTooLarge" || reason === "Invalid"

/** Takes portions and sends them in order, those of one partition together, for as long as its scope lives. */
const makeSender = Effect.fnUntraced(function*(client: KafkaClient): Effect.fn.Return<
  Queue.Queue<Portion>,
  never,
  Scope.Scope
> {
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

  const send = Effect.fnUntraced(function*(portions: ReadonlyArray<Portion>, topic: string) {
    const connected = yield* connect
    return yield* client.attempt(
      { doing: `append to ${topic}`, topic },
      () => connected.send({ acks: -1, topic, messages: portions.flatMap(({ messages }) => messages) })
    ).pipe(Effect.tapError(() => giveUp))
  })

  /** What was taken from the queue and did not go with the last request. */
  let left: Portion | undefined

  const nextBatch = Effect.gen(function*() {
    const first = left ?? (yield* Queue.take(waiting))
    left = undefined
    const batch = [first]
    let bytes = first.bytes
    let records = first.messages.length
    while (true) {
      const more = Option.getOrUndefined(yield* Queue.poll(waiting))
      if (more === undefined) return batch
      bytes += more.bytes
      records += more.messages.length
      const elsewhere = more.topic !== first.topic || more.partition !== first.partition
      if (elsewhere || bytes > maxBatchBytes || records > batchRecords) {
        left = more
        return batch
      }
      batch.push(more)
    }
  })

  const deliver = (portions: ReadonlyArray<Portion>, topic: string): Effect.Effect<void> =>
    send(portions, topic).pipe(
      Effect.matchEffect({
        onSuccess: (metadata) => Effect.sync(() => settle(portions, metadata)),
        onFailure: (error) =>
          portions.length > 1 && isRefusal(error)
            ? Effect.forEach(portions, (portion) => deliver([portion], topic), { discard: true })
            : Effect.sync(() => fail(portions, error))
      })
    )

  const sendNext = Effect.gen(function*() {
    const batch = yield* nextBatch
    yield* deliver(batch, batch[0]?.topic ?? "").pipe(Effect.onInterrupt(() => Effect.sync(() => fail(batch, closed))))
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
  return waiting
})

/** Gives the offsets of `records`, each for the partition at its index, in input order. */
type KafkaAppend = (
  topic: string,
  records: ReadonlyArray<NewLogRecord>,
  partitions: ReadonlyArray<number>
) => Effect.Effect<ReadonlyArray<number>, LogError>

export const makeKafkaAppend = Effect.fnUntraced(function*(client: KafkaClient) {
  const senders = yield* Effect.forEach(Array.from({ length: mostSenders }), () => makeSender(client))

  const senderOf = (topic: string, partition: number) => senders[hash32(`${topic}/${partition}`) % mostSenders]

  const deliver = Effect.fnUntraced(function*(portion: Portion, offsets: Array<number>) {
    const sender = senderOf(portion.topic, portion.partition)
    if (sender === undefined || !(yield* Queue.offer(sender, portion))) return yield* closed
    const first = yield* Deferred.await(portion.offset)
    portion.places.forEach((place, i) => (offsets[place] = first + i))
  })

  /** A partition's portions one after the other, so that an append that needs several keeps its order; partitions beside one another. */
  const append: KafkaAppend = Effect.fnUntraced(function*(topic, records, partitions) {
    const offsets = records.map(() => -1)
    const portions = portionsOf(topic, records, partitions, client.settings.maxBatchBytes)
    const byPartition = Map.groupBy(portions, ({ partition }) => partition)
    // Each to its end: what one partition's failure interrupted would be written or not, and nobody would know.
    const exits = yield* Effect.forEach(
      byPartition.values(),
      (each) => Effect.exit(Effect.forEach(each, (portion) => deliver(portion, offsets), { discard: true })),
      { concurrency: "unbounded" }
    )
    for (const exit of exits) yield* exit
    return offsets
  })
  return append
})
