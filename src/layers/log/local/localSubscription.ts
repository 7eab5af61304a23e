/**
 * One member of a group of an in-process log: which partitions it owns, where it reads in each, what it was given.
 *
 * State: a few numbers per partition. Nothing is prefetched: a pull reads from the store and moves on in one synchronous step.
 */
import { Effect, Latch, Result, Stream } from "effect"
import type { SourcePosition } from "../../../domain/stream/Envelope.ts"
import { LogError } from "../LogError.ts"
import type { LogRecord } from "../LogRecord.ts"
import type { SubscribeOptions, Subscription } from "../Subscription.ts"
import type { LocalPartition, LocalStore, LocalTopic } from "./localStore.ts"

const defaultMaxRecords = 256

/** A partition while it is owned; a later ownership of the same partition is another object. */
interface Owned<P> {
  readonly partition: P
  position: number | undefined
}

type Batch = readonly [LogRecord, ...Array<LogRecord>]

const isBatch = (records: ReadonlyArray<LogRecord>): records is Batch => records.length > 0

/** `join` and `leave` bind it to the group's coordinator. */
interface LocalMember extends Subscription {
  /** Finds the positions of partitions newly assigned. */
  readonly resolve: Effect.Effect<void, LogError>
  readonly onAssigned: (partitions: ReadonlyArray<number>) => void
  /** What of these positions can be committed now, and the error for the rest. */
  readonly committable: (positions: ReadonlyArray<SourcePosition>) => Result.Result<Committable, LogError>
}

interface Committable {
  readonly mine: ReadonlyArray<SourcePosition>
  readonly refused: LogError | undefined
}

export const makeLocalMember = <P extends LocalPartition, T extends LocalTopic<P>>(
  store: LocalStore<P, T>,
  topic: T,
  options: SubscribeOptions
): LocalMember => {
  const max = options.maxRecords ?? defaultMaxRecords
  const name = topic.spec.name
  const latch = Latch.makeUnsafe()
  /** The furthest offset that this member may commit, per partition, kept over rebalances: it was given all before it. */
  const given = new Map<number, number>()
  let owned: ReadonlyArray<Owned<P>> = []
  let turn = 0
  let missed = 0
  let started = false

  const onAssigned = (numbers: ReadonlyArray<number>): void => {
    const former = owned
    owned = numbers.flatMap((number) => {
      const kept = former.find((each) => each.partition.number === number)
      const partition = topic.partitions[number]
      return kept !== undefined ? [kept] : partition === undefined ? [] : [{ partition, position: undefined }]
    })
    if (owned.length > 0) topic.waiters.add(latch)
    else topic.waiters.delete(latch)
    latch.openUnsafe()
  }

  const firstPosition = Effect.fnUntraced(function*(partition: P) {
    const asked = options.startAt === undefined ? undefined : yield* options.startAt(partition.number)
    if (asked !== undefined) return asked
    const committed = yield* Effect.fromResult(store.committed(topic, options.group))
    const position = committed.get(partition.number)
    if (position !== undefined) return position
    if (options.from === "earliest") return partition.beginning
    const { end } = partition
    yield* Effect.fromResult(store.commit(topic, options.group, [{ partition: partition.number, offset: end }]))
    return end
  })

  const resolve = Effect.gen(function*() {
    for (const each of owned) {
      if (each.position !== undefined) continue
      const position = yield* firstPosition(each.partition)
      // startAt may have taken time: by now the partition may belong to another, and this object to nobody.
      each.position = position
      if (owned.includes(each)) give(each.partition.number, position)
    }
  })

  const give = (partition: number, offset: number): void => {
    if (offset > (given.get(partition) ?? 0)) given.set(partition, offset)
  }

  const outOfRange = (partition: P, position: number): LogError =>
    new LogError({
      reason: "OffsetOutOfRange",
      message:
        `group ${options.group} is to read ${name}/${partition.number} at ${position}, past its end at ${partition.end}`,
      topic: name,
      partitions: [partition.number]
    })

  const skipped = (partition: P, count: number): Effect.Effect<void> => {
    missed += count
    return Effect.logWarning("retention removed records before they were read").pipe(
      Effect.annotateLogs({ topic: name, partition: partition.number, group: options.group, records: count })
    )
  }

  /** The next array of a partition that has one, in turn; `undefined` when all are at their end. */
  const next = (): Effect.Effect<Batch, LogError> | undefined => {
    for (let i = 0; i < owned.length; i++) {
      const each = owned[(turn + i) % owned.length]
      if (each === undefined || each.position === undefined) continue
      const { partition, position } = each
      if (position > partition.end) return Effect.fail(outOfRange(partition, position))
      if (position < partition.beginning) {
        each.position = partition.beginning
        return Effect.andThen(skipped(partition, partition.beginning - position), pull)
      }
      if (position === partition.end) continue
      const read = store.read(topic, partition, position, max)
      if (Result.isFailure(read)) return Effect.fail(read.failure)
      const records = read.success
      if (!isBatch(records)) continue
      each.position = position + records.length
      give(partition.number, each.position)
      turn = (turn + i + 1) % owned.length
      return Effect.succeed(records)
    }
    return undefined
  }

  // The yield lets sockets and timers of this process have their turn once per array. It also starts a fresh budget of operations, so
  // that the runtime does not suspend the fiber, and interrupt it there, between the read and its return.
  const pull: Effect.Effect<Batch, LogError> = Effect.flatMap(Effect.yieldNow, () => {
    latch.closeUnsafe()
    if (owned.some((each) => each.position === undefined)) return Effect.andThen(resolve, pull)
    return next() ?? Effect.andThen(latch.await, pull)
  })

  const invalid = (message: string): LogError => new LogError({ reason: "Invalid", message, topic: name })

  const notOwned = (refused: ReadonlySet<number>): LogError => {
    const partitions = [...refused].sort((a, b) => a - b)
    return new LogError({
      reason: "PartitionNotOwned",
      message: `this member of group ${options.group} does not own partitions ${partitions.join(", ")} of ${name}`,
      topic: name,
      partitions
    })
  }

  const committable = (positions: ReadonlyArray<SourcePosition>): Result.Result<Committable, LogError> => {
    const mine: Array<SourcePosition> = []
    const refused = new Set<number>()
    for (const position of positions) {
      const { topic, partition, offset } = position
      if (topic !== name) return Result.fail(invalid(`commit of ${topic} by a subscription of ${name}`))
      if (!owned.some((each) => each.partition.number === partition)) {
        refused.add(partition)
        continue
      }
      const furthest = given.get(partition) ?? 0
      if (!Number.isSafeInteger(offset) || offset < 0 || offset > furthest) {
        return Result.fail(
          invalid(`commit of ${name}/${partition} at ${offset}: it was given only what is before ${furthest}`)
        )
      }
      mine.push(position)
    }
    return Result.succeed({ mine, refused: refused.size === 0 ? undefined : notOwned(refused) })
  }

  const commit = (positions: ReadonlyArray<SourcePosition>): Effect.Effect<void, LogError> =>
    Effect.suspend(() => {
      const sorted = committable(positions)
      if (Result.isFailure(sorted)) return Effect.fail(sorted.failure)
      const { mine, refused } = sorted.success
      const stored = mine.length === 0 ? Effect.void : Effect.fromResult(store.commit(topic, options.group, mine))
      return refused === undefined ? stored : Effect.andThen(stored, Effect.fail(refused))
    })

  return {
    onAssigned,
    resolve,
    committable,
    records: Stream.fromPull(Effect.suspend(() => {
      if (started) return Effect.fail(invalid(`the records of a subscription of ${name} run once`))
      started = true
      return Effect.succeed(pull)
    })),
    commit,
    assignment: Effect.sync(() => owned.map((each) => each.partition.number)),
    missed: Effect.sync(() => missed)
  }
}
