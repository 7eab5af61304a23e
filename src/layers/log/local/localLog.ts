/** The message log of one process over a {@link LocalStore}: checks, partitions, groups, retention. */
import { Clock, Duration, Effect } from "effect"
import type { SourcePosition } from "../../../domain/stream/Envelope.ts"
import { CommitUnits } from "../../units/CommitUnits.ts"
import { checkRecords, checkTopicSpec } from "../checkAppend.ts"
import { LogError } from "../LogError.ts"
import type { NewLogRecord, TopicSpec } from "../LogRecord.ts"
import type { LogUnits, ReadPositions, StagedAppend } from "../LogUnits.ts"
import { partitionForKey } from "../partitioner.ts"
import type { SubscribeOptions, Subscription } from "../Subscription.ts"
import { makeGroupCoordinator } from "./groupCoordinator.ts"
import type { LocalPartition, LocalStore, LocalTopic } from "./localStore.ts"
import { makeLocalMember } from "./localSubscription.ts"

export interface LocalLogOptions {
  /** Largest record: key, value and headers. 1 MiB by default, as Kafka's brokers. */
  readonly maxRecordBytes?: number
  /** How often retention is enforced in the background (default one minute). */
  readonly retentionInterval?: Duration.Input
}

/** Also forks the fiber that enforces retention, into the scope. */
export const makeLocalLog = Effect.fnUntraced(
  function*<P extends LocalPartition, T extends LocalTopic<P>>(store: LocalStore<P, T>, options: LocalLogOptions) {
    const coordinator = makeGroupCoordinator()
    const members = new WeakMap<
      Subscription,
      { readonly member: ReturnType<typeof makeLocalMember<P, T>>; readonly topic: T; readonly group: string }
    >()
    const maxRecordBytes = options.maxRecordBytes ?? 1024 * 1024

    const find = (name: string): Effect.Effect<T, LogError> => {
      const topic = store.topics.get(name)
      return topic !== undefined
        ? Effect.succeed(topic)
        : Effect.fail(new LogError({ reason: "TopicNotFound", message: `no topic ${name}`, topic: name }))
    }

    const noPartition = (topic: T, partition: number): LogError =>
      new LogError({
        reason: "PartitionNotFound",
        message: `topic ${topic.spec.name} has partitions 0 to ${topic.partitions.length - 1}, not ${partition}`,
        topic: topic.spec.name,
        partitions: [partition]
      })

    const partitionOf = (topic: T, record: NewLogRecord): number => {
      if (record.partition !== undefined) return record.partition
      if (record.key !== undefined) return partitionForKey(record.key, topic.partitions.length)
      topic.nextPartition = (topic.nextPartition + 1) % topic.partitions.length
      return topic.nextPartition
    }

    const ensureTopic = Effect.fn("MessageLog.ensureTopic")(function*(spec: TopicSpec) {
      const wrong = checkTopicSpec(spec)
      if (wrong !== undefined) return yield* wrong
      const { name, partitions, retentionMillis, retentionBytes } = spec
      return yield* Effect.fromResult(store.putTopic({
        name,
        partitions,
        ...(retentionMillis === undefined ? {} : { retentionMillis }),
        ...(retentionBytes === undefined ? {} : { retentionBytes })
      }))
    })

    const append = Effect.fnUntraced(function*(name: string, records: ReadonlyArray<NewLogRecord>) {
      const topic = yield* find(name)
      const wrong = checkRecords(name, records, maxRecordBytes)
      if (wrong !== undefined) return yield* wrong
      const partitions: Array<P> = []
      for (const record of records) {
        const number = partitionOf(topic, record)
        const partition = topic.partitions[number]
        if (partition === undefined) return yield* noPartition(topic, number)
        partitions.push(partition)
      }
      if (records.length === 0) return []
      const unit = yield* CommitUnits
      if (unit?.log.engine === store) {
        unit.append({ topic: name, records, partitions: partitions.map(({ number }) => number) })
        return []
      }
      const offsets = yield* store.append(topic, records, partitions)
      return partitions.map((partition, i): SourcePosition => ({
        topic: name,
        partition: partition.number,
        offset: offsets[i] ?? 0
      }))
    })

    const read = Effect.fnUntraced(function*(
      options: { readonly topic: string; readonly partition: number; readonly offset: number; readonly max: number }
    ) {
      const topic = yield* find(options.topic)
      const partition = topic.partitions[options.partition]
      if (partition === undefined) return yield* noPartition(topic, options.partition)
      const { offset } = options
      if (!(Number.isSafeInteger(offset) && offset >= partition.beginning && offset <= partition.end)) {
        return yield* new LogError({
          reason: "OffsetOutOfRange",
          message:
            `${options.topic}/${options.partition} holds ${partition.beginning} to ${partition.end} (exclusive), not ${offset}`,
          topic: options.topic,
          partitions: [options.partition]
        })
      }
      return offset === partition.end ? [] : yield* Effect.fromResult(store.read(topic, partition, offset, options.max))
    })

    const subscribe = Effect.fn("MessageLog.subscribe")(function*(options: SubscribeOptions) {
      const topic = yield* find(options.topic)
      if (options.maxRecords !== undefined && !(Number.isSafeInteger(options.maxRecords) && options.maxRecords > 0)) {
        return yield* new LogError({
          reason: "Invalid",
          message: `maxRecords is ${options.maxRecords}`,
          topic: options.topic
        })
      }
      const member = makeLocalMember(store, topic, options)
      yield* Effect.acquireRelease(
        Effect.sync(() =>
          coordinator.join(`${options.topic}\n${options.group}`, topic.partitions.length, member.onAssigned)
        ),
        (leave) => Effect.sync(leave)
      )
      yield* member.resolve
      const { assignment, commit, missed, records } = member
      const subscription: Subscription = { records, commit, assignment, missed }
      members.set(subscription, { member, topic, group: options.group })
      return subscription
    })

    const unitAppend = Effect.fnUntraced(function*({ partitions, records, topic: name }: StagedAppend) {
      const topic = yield* find(name)
      const found: Array<P> = []
      for (const number of partitions) {
        const partition = topic.partitions[number]
        if (partition === undefined) return yield* noPartition(topic, number)
        found.push(partition)
      }
      return { topic, records, partitions: found }
    })

    const unitPositions = Effect.fnUntraced(function*({ positions, subscription }: ReadPositions) {
      const known = members.get(subscription)
      if (known === undefined) {
        return yield* new LogError({ reason: "Invalid", message: "a unit reads by a subscription of another log" })
      }
      const { group, member, topic } = known
      const { mine, refused } = yield* Effect.fromResult(member.committable(positions))
      if (refused !== undefined) return yield* refused
      return { topic, group, offsets: mine }
    })

    const units: LogUnits = {
      engine: store,
      commit: Effect.fn("LogUnits.commit")(function*({ appends, positions, ...unit }) {
        const found = yield* Effect.forEach(appends, unitAppend)
        const commits = yield* Effect.forEach(positions, unitPositions)
        const offsets = yield* Effect.fromResult(store.commitUnit({ ...unit, appends: found, commits }))
        return appends.map(({ partitions, topic }, i) =>
          partitions.map((partition, j): SourcePosition => ({ topic, partition, offset: offsets[i]?.[j] ?? 0 }))
        )
      }),
      load: (task) => Effect.suspend(() => Effect.fromResult(store.state.load(task))),
      tasks: Effect.suspend(() => Effect.fromResult(store.state.tasks())),
      reset: (task, stage) => Effect.suspend(() => Effect.fromResult(store.state.reset(task, stage)))
    }

    const enforcePartition = Effect.fnUntraced(function*(topic: T, partition: P, now: number) {
      let removed = 0
      while (true) {
        const count = yield* Effect.fromResult(store.removeExpired(topic, partition, now))
        if (count === 0) break
        removed += count
        yield* Effect.yieldNow
      }
      if (removed > 0) {
        yield* Effect.logInfo("retention removed records").pipe(
          Effect.annotateLogs({ topic: topic.spec.name, partition: partition.number, records: removed })
        )
      }
      return removed
    })

    const enforceRetention = Effect.gen(function*() {
      const now = yield* Clock.currentTimeMillis
      let removed = 0
      for (const topic of store.topics.values()) {
        if (topic.spec.retentionMillis === undefined && topic.spec.retentionBytes === undefined) continue
        for (const partition of topic.partitions) removed += yield* enforcePartition(topic, partition, now)
      }
      return removed
    }).pipe(Effect.withSpan("MessageLog.enforceRetention"))

    yield* enforceRetention.pipe(
      Effect.catch((error) => Effect.logError("retention failed", error)),
      Effect.delay(options.retentionInterval ?? Duration.minutes(1)),
      Effect.forever,
      Effect.forkScoped
    )

    return {
      ensureTopic,
      topics: Effect.sync(() => [...store.topics.values()].map((topic) => topic.spec)),
      append,
      read,
      offsets: (name: string) =>
        Effect.map(
          find(name),
          (topic) => topic.partitions.map(({ number, beginning, end }) => ({ partition: number, beginning, end }))
        ),
      committed: (name: string, group: string) =>
        Effect.flatMap(find(name), (topic) => Effect.fromResult(store.committed(topic, group))),
      subscribe,
      units,
      enforceRetention
    }
  }
)
