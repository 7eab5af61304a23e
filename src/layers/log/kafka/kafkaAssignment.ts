/**
 * Where a member begins in the partitions it was assigned, and what to do when the log no longer holds what it was to read next.
 *
 * kafkajs goes to the first or last offset, in silence, when a position is out of range. Here that is refused, and the offset of each
 * batch is compared with the one expected: what retention removed is counted and logged; a position past the end is an error.
 */
import { Effect } from "effect"
import { LogError } from "../LogError.ts"
import type { PartitionOffsets } from "../LogRecord.ts"
import type { SubscribeOptions } from "../Subscription.ts"
import type { KafkaMember, OwnedPartition } from "./kafkaMember.ts"
import type { KafkaTopics } from "./kafkaTopics.ts"

const checkEnd = (member: KafkaMember, { partition, end }: PartitionOffsets, position: number): LogError | undefined =>
  position <= end ? undefined : new LogError({
    reason: "OffsetOutOfRange",
    message:
      `group ${member.group} is to read ${member.topic}/${partition} at ${position}, past its end at ${end}: the log has lost records`,
    topic: member.topic,
    partitions: [partition]
  })

/** Counts and logs the gap, if there is one. Gives where to go on. */
const skipRemoved = Effect.fnUntraced(function*(member: KafkaMember, kept: PartitionOffsets, position: number) {
  if (position >= kept.beginning) return position
  const records = kept.beginning - position
  member.missed += records
  yield* Effect.logWarning("retention removed records before they were read").pipe(
    Effect.annotateLogs({ topic: member.topic, partition: kept.partition, group: member.group, records })
  )
  return kept.beginning
})

const offsetsOf = (all: ReadonlyArray<PartitionOffsets>, partition: number): PartitionOffsets =>
  all.find((each) => each.partition === partition) ?? { partition, beginning: 0, end: 0 }

/** The partitions of a new assignment with their positions, and those whose position is to be committed at once. */
export const resolveAssignment = Effect.fnUntraced(
  function*(topics: KafkaTopics, member: KafkaMember, options: SubscribeOptions, partitions: ReadonlyArray<number>) {
    // In this order: a position committed now cannot be past an end that is read later.
    const committed = yield* topics.committed(member.topic, member.group)
    const offsets = yield* topics.offsets(member.topic)
    const owned = new Map<number, OwnedPartition>()
    const pinned = new Map<number, number>()
    for (const partition of partitions) {
      const kept = offsetsOf(offsets, partition)
      const stored = committed.get(partition)
      const former = member.owned.get(partition)
      let position: number
      if (former !== undefined) {
        // It stays. If the group lost this member for a while, another may have got further.
        position = Math.max(former.given, stored ?? 0)
      } else {
        const asked = options.startAt === undefined ? undefined : yield* options.startAt(partition)
        position = asked ?? stored ?? (options.from === "earliest" ? kept.beginning : kept.end)
        if (asked === undefined && stored === undefined && options.from === "latest") pinned.set(partition, position)
      }
      const past = checkEnd(member, kept, position)
      if (past !== undefined) return yield* past
      position = yield* skipRemoved(member, kept, position)
      owned.set(partition, {
        partition,
        position,
        given: position,
        begun: former === undefined ? position : Math.min(position, former.begun),
        committed: stored,
        unexpected: undefined,
        relocating: false,
        batch: undefined
      })
    }
    return { owned, pinned }
  }
)

/** Where a partition goes on: at its position, or at the first record kept if retention has overtaken it. */
export const positionKept = Effect.fnUntraced(
  function*(topics: KafkaTopics, member: KafkaMember, owned: OwnedPartition) {
    const kept = offsetsOf(yield* topics.offsets(member.topic), owned.partition)
    const past = checkEnd(member, kept, owned.position)
    if (past !== undefined) return yield* past
    return yield* skipRemoved(member, kept, owned.position)
  }
)

export const moveTo = (owned: OwnedPartition, position: number): void => {
  owned.position = position
  owned.given = Math.max(owned.given, position)
}

/**
 * Decides about a batch that the client fetched at an offset other than the expected one.
 *
 * `true`: the batch is to be taken, as there is nothing to give between the two. `false`: the client is to fetch again at `position`.
 */
export const reconcile = Effect.fnUntraced(
  function*(topics: KafkaTopics, member: KafkaMember, owned: OwnedPartition, fetchedAt: number) {
    const position = yield* positionKept(topics, member, owned)
    // The client was told to fetch at the position and comes with this offset again: it found only transaction markers before it.
    const nothingBetween = position === owned.position && owned.unexpected === fetchedAt && fetchedAt > position
    owned.unexpected = fetchedAt
    moveTo(owned, nothingBetween ? fetchedAt : position)
    return owned.position === fetchedAt
  }
)
