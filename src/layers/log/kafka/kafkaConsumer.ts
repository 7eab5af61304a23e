/**
 * A member of a Kafka consumer group as a pull-based stream over kafkajs's `eachBatch`.
 *
 * **Backpressure.** `eachBatch` is pending until its batch is given to the stream and either committed or the stream asks for more; only
 * then does the client fetch again. Nothing is resolved or committed by the client itself.
 *
 * **Rebalance.** A fiber sends heartbeats while batches are pending. When one says that the group rebalances, what was not given is dropped
 * and the client's own error is thrown to it, so that it rejoins. Before each join, whatever path of the client leads there, the member
 * holds it for the commit of what was given, for at most `drainTimeout`. The client offers no such hook; every join begins by looking
 * for the group's coordinator through the cluster object, which a partition assigner is given, so that call is made to wait.
 *
 * **Failure.** A consumer that gave up says so only by its CRASH event: it fails the stream. It is not restarted here.
 *
 * **Close.** Marked as closed, then pending callbacks are released, then the client disconnects: the other order deadlocks.
 */
import { Cause, Deferred, Duration, Effect, Queue, Stream } from "effect"
import { LogError } from "../LogError.ts"
import type { LogRecord } from "../LogRecord.ts"
import type { SubscribeOptions, Subscription } from "../Subscription.ts"
import { resolveAssignment } from "./kafkaAssignment.ts"
import { makeKafkaBatches, type Seek } from "./kafkaBatches.ts"
import type { KafkaClient } from "./kafkaClient.ts"
import { makeKafkaCommit, sendByBatch, sendByConsumer } from "./kafkaCommit.ts"
import { isRebalance } from "./kafkaErrors.ts"
import { makeConsumer } from "./kafkaGroupClient.ts"
import { failMember, isClosed, isDrained, makeKafkaMember, settleAll, settleGiven, takeRecords } from "./kafkaMember.ts"
import type { KafkaTopics } from "./kafkaTopics.ts"

const defaultMaxRecords = 256

type Batch = readonly [LogRecord, ...Array<LogRecord>]

const isBatch = (records: ReadonlyArray<LogRecord>): records is Batch => records.length > 0

/** Makes the member, joins the group and gives the subscription when the first assignment is known. */
export const subscribeKafka = Effect.fnUntraced(
  function*(client: KafkaClient, topics: KafkaTopics, options: SubscribeOptions) {
    const { topic, group } = options
    const { settings } = client
    const run = Effect.runPromiseWith(yield* Effect.context())
    const fork = Effect.runForkWith(yield* Effect.context())
    const member = makeKafkaMember(topic, group)
    const joins = yield* Queue.sliding<{ readonly epoch: number; readonly partitions: ReadonlyArray<number> }>(1)
    const first = yield* Deferred.make<void>()

    const drained = Effect.gen(function*() {
      while (!isDrained(member)) {
        member.progress.closeUnsafe()
        yield* member.progress.await
      }
    })

    const beforeJoin = Effect.gen(function*() {
      settleAll(member, { _tag: "Dropped" })
      if (member.phase === "Owning") {
        member.phase = "Draining"
        // The session must outlive it: nothing sends heartbeats meanwhile.
        yield* Effect.timeoutOption(
          drained,
          Duration.min(settings.drainTimeout, Duration.times(settings.sessionTimeout, 0.5))
        )
      }
      if (isClosed(member)) return
      member.epoch++
      member.phase = "Joining"
      member.assigned.closeUnsafe()
    })

    const consumer = makeConsumer(client, group, {
      beforeJoin: () => run(beforeJoin),
      onOutOfRange: (partition) => fork(batches.relocate(partition))
    })
    const seek: Seek = (partition, position) => {
      try {
        consumer.seek({ topic, partition, offset: String(position) })
      } catch {
        // The consumer has stopped: it fetches nothing more.
      }
    }

    const assign = Effect.fnUntraced(function*(epoch: number, partitions: ReadonlyArray<number>) {
      const { owned, pinned } = yield* resolveAssignment(topics, member, options, partitions)
      if (pinned.size > 0 && member.epoch === epoch) {
        yield* client.attempt(
          { doing: `commit where group ${group} begins`, topic, group },
          () => sendByConsumer(consumer, topic)(pinned)
        )
        for (const [partition, position] of pinned) {
          const each = owned.get(partition)
          if (each !== undefined) each.committed = position
        }
      }
      if (member.epoch !== epoch || isClosed(member)) return
      member.owned = owned
      for (const each of owned.values()) seek(each.partition, each.position)
      member.phase = "Owning"
      member.assigned.openUnsafe()
      member.wake.openUnsafe()
      yield* Deferred.succeed(first, undefined)
    })

    const disconnect = Effect.ignore(client.attempt({ doing: "leave the group", group }, () => consumer.disconnect()))

    /** The partitions go to other members at once: nobody will read them here. */
    const fail = (error: LogError): void => {
      if (isClosed(member)) return
      failMember(member, error)
      Deferred.doneUnsafe(first, Effect.void)
      fork(disconnect)
    }

    const batches = makeKafkaBatches({ settings, topics, member, seek, fail, fork })
    const commit = makeKafkaCommit(client, member, () => {
      const payload = batches.latest()
      return payload === undefined ? sendByConsumer(consumer, topic) : sendByBatch(payload, topic)
    })

    const assignments = Effect.gen(function*() {
      const { epoch, partitions } = yield* Queue.take(joins)
      yield* assign(epoch, partitions).pipe(
        // In an assignment that is over a failure is of no interest: the next one asks again.
        Effect.catch((error) =>
          Effect.sync(() => {
            if (member.epoch === epoch && !isRebalance(error.cause)) fail(error)
          })
        )
      )
    })

    const pull: Effect.Effect<Batch, LogError | Cause.Done> = Effect.flatMap(Effect.yieldNow, () => {
      if (member.failure !== undefined) return Effect.fail(member.failure)
      if (isClosed(member)) return Cause.done()
      const records = takeRecords(member, options.maxRecords ?? defaultMaxRecords)
      if (isBatch(records)) return Effect.succeed(records)
      settleGiven(member, () => true)
      member.wake.closeUnsafe()
      return Effect.andThen(member.wake.await, pull)
    })

    const close = Effect.gen(function*() {
      member.phase = "Closed"
      member.owned = new Map()
      settleAll(member, { _tag: "Dropped" })
      for (const latch of [member.assigned, member.wake, member.progress]) latch.openUnsafe()
      yield* disconnect
    })

    yield* Effect.addFinalizer(() => close)
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      Queue.offerUnsafe(joins, { epoch: member.epoch, partitions: payload.memberAssignment[topic] ?? [] })
    })
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      fail(client.error({ doing: `read ${topic} as a member of group ${group}`, topic, group }, payload.error))
    })
    const joining = { doing: `join group ${group} for ${topic}`, topic, group }
    const partitions = yield* topics.partitions(topic)
    yield* client.attempt(joining, () => consumer.connect())
    // Where a position is out of range, the client begins at the first offset; the position of `latest` is ours to set.
    yield* client.attempt(joining, () => consumer.subscribe({ topic, fromBeginning: true }))
    yield* client.attempt(
      joining,
      () =>
        consumer.run({
          autoCommit: false,
          eachBatchAutoResolve: false,
          partitionsConsumedConcurrently: partitions,
          eachBatch: batches.eachBatch
        }),
      Duration.sum(settings.operationTimeout, settings.rebalanceTimeout)
    )
    yield* Effect.forkScoped(Effect.forever(assignments))
    yield* Effect.forkScoped(Effect.forever(batches.heartbeat))
    yield* Deferred.await(first)
    if (member.failure !== undefined) return yield* member.failure

    let started = false
    const subscription: Subscription = {
      records: Stream.fromPull(Effect.suspend(() => {
        if (started) {
          return Effect.fail(
            new LogError({ reason: "Invalid", message: `the records of a subscription of ${topic} run once`, topic })
          )
        }
        started = true
        return Effect.succeed(pull)
      })),
      commit,
      assignment: Effect.sync(() => member.phase === "Joining" ? [] : [...member.owned.keys()].sort((a, b) => a - b)),
      missed: Effect.sync(() => member.missed)
    }
    return subscription
  }
)
