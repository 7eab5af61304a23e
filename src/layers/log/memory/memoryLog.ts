/** The message log in plain arrays, for tests and for runs that need not survive. Holds all that retention keeps. */
import { Effect, Result } from "effect"
import { recordBytes } from "../checkAppend.ts"
import { type LocalLogOptions, makeLocalLog } from "../local/localLog.ts"
import { type LocalPartition, type LocalStore, type LocalTopic, type OffsetOf, wake } from "../local/localStore.ts"
import type { LogRecord, NewLogRecord, TopicSpec } from "../LogRecord.ts"
import { makeMemoryState } from "./memoryState.ts"

interface MemoryPartition extends LocalPartition {
  /** Record of offset `beginning + i` at index i. */
  records: Array<LogRecord>
  bytes: number
}

interface MemoryTopic extends LocalTopic<MemoryPartition> {
  readonly groups: Map<string, Map<number, number>>
}

const newTopic = (spec: TopicSpec): MemoryTopic => ({
  spec,
  partitions: Array.from({ length: spec.partitions }, (_, number) => ({
    number,
    beginning: 0,
    end: 0,
    records: [],
    bytes: 0
  })),
  waiters: new Set(),
  nextPartition: -1,
  groups: new Map()
})

/** How many records at the front retention lets go. */
const expired = ({ spec }: MemoryTopic, { bytes, records }: MemoryPartition, now: number): number => {
  const { retentionBytes = Number.POSITIVE_INFINITY, retentionMillis = Number.POSITIVE_INFINITY } = spec
  let left = bytes
  const kept = records.findIndex((record) => {
    const rest = left - recordBytes(record)
    if (record.timestamp >= now - retentionMillis && rest < retentionBytes) return true
    left = rest
    return false
  })
  return kept < 0 ? records.length : kept
}

const makeStore = (): LocalStore<MemoryPartition, MemoryTopic> => {
  const topics = new Map<string, MemoryTopic>()

  const { commit: commitState, state } = makeMemoryState()

  const put = (topic: MemoryTopic, records: ReadonlyArray<NewLogRecord>, to: ReadonlyArray<MemoryPartition>) => {
    const offsets = records.map((record, i) => {
      const partition = to[i]
      if (partition === undefined) return 0
      const offset = partition.end++
      const { key, value, headers, timestamp } = record
      partition.records.push({
        topic: topic.spec.name,
        partition: partition.number,
        offset,
        key,
        value,
        headers,
        timestamp: Math.floor(timestamp)
      })
      partition.bytes += recordBytes(record)
      return offset
    })
    wake(topic)
    return offsets
  }

  const commit = (topic: MemoryTopic, group: string, offsets: ReadonlyArray<OffsetOf>) => {
    const positions = topic.groups.get(group) ?? new Map<number, number>()
    topic.groups.set(group, positions)
    for (const { partition, offset } of offsets) {
      const former = positions.get(partition)
      if (former === undefined || offset > former) positions.set(partition, offset)
    }
    return Result.void
  }

  return {
    topics,
    putTopic: (spec) => {
      const topic = topics.get(spec.name)
      if (topic === undefined) topics.set(spec.name, newTopic(spec))
      else topic.spec = { ...spec, partitions: topic.partitions.length }
      return Result.void
    },
    append: (topic, records, to) => Effect.sync(() => put(topic, records, to)),
    commitUnit: ({ appends, at, changes, closed, commits, task }) => {
      const offsets = appends.map(({ partitions, records, topic }) => put(topic, records, partitions))
      for (const { group, offsets: theirs, topic } of commits) commit(topic, group, theirs)
      commitState(task, changes, closed, at)
      return Result.succeed(offsets)
    },
    state,
    read: (_topic, { beginning, records }, offset, max) =>
      Result.succeed(records.slice(offset - beginning, offset - beginning + max)),
    committed: (topic, group) => Result.succeed(new Map(topic.groups.get(group))),
    commit,
    removeExpired: (topic, partition, now) => {
      const count = expired(topic, partition, now)
      for (const record of partition.records.slice(0, count)) partition.bytes -= recordBytes(record)
      partition.records = partition.records.slice(count)
      partition.beginning += count
      return Result.succeed(count)
    }
  }
}

export const makeMemoryLog = Effect.fnUntraced(function*(options: LocalLogOptions) {
  return yield* makeLocalLog(makeStore(), options)
})
