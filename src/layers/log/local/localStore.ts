/** What the engines inside this process (memory, embedded) store; all that is common to them is in `localLog.ts`. */
import type { Effect, Latch, Result } from "effect"
import type { UtcTime } from "../../../domain/time/UtcTime.ts"
import type { LogError } from "../LogError.ts"
import type { LogRecord, NewLogRecord, TopicSpec } from "../LogRecord.ts"
import type { TaskChanges, TaskState, TaskSummary } from "../LogUnits.ts"

/** Kept offsets of a partition, changed by its store alone. */
export interface LocalPartition {
  readonly number: number
  beginning: number
  end: number
}

export interface LocalTopic<P extends LocalPartition = LocalPartition> {
  spec: TopicSpec
  readonly partitions: ReadonlyArray<P>
  /** Latches of those who wait for records; the store opens them when an append is done. */
  readonly waiters: Set<Latch.Latch>
  /** Partition of the next record without a key. */
  nextPartition: number
}

export interface OffsetOf {
  readonly partition: number
  readonly offset: number
}

/** A unit whose topics and partitions are found. */
export interface LocalUnit<P extends LocalPartition, T extends LocalTopic<P>> {
  readonly task: string
  readonly appends: ReadonlyArray<
    { readonly topic: T; readonly records: ReadonlyArray<NewLogRecord>; readonly partitions: ReadonlyArray<P> }
  >
  readonly commits: ReadonlyArray<
    { readonly topic: T; readonly group: string; readonly offsets: ReadonlyArray<OffsetOf> }
  >
  readonly changes: TaskChanges
  readonly closed: boolean
  readonly at: UtcTime
}

/** The state of tasks. */
export interface LocalState {
  load(task: string): Result.Result<TaskState | undefined, LogError>
  tasks(): Result.Result<ReadonlyArray<TaskSummary>, LogError>
  reset(task: string, stage: string | undefined): Result.Result<number, LogError>
}

/**
 * A store of one process. Its calls are synchronous, so that reading and moving on is one step which nothing can interrupt; only
 * `append` may wait, for others to share its transaction.
 */
export interface LocalStore<P extends LocalPartition, T extends LocalTopic<P>> {
  readonly topics: ReadonlyMap<string, T>
  /** Creates the topic, or sets the retention of the one of this name. */
  putTopic(spec: TopicSpec): Result.Result<void, LogError>
  /** Appends `records[i]` to `partitions[i]`, all or none, wakes those who wait, and gives the offsets. */
  append(
    topic: T,
    records: ReadonlyArray<NewLogRecord>,
    partitions: ReadonlyArray<P>
  ): Effect.Effect<ReadonlyArray<number>, LogError>
  /** Up to `max` records from `offset` on, which is not before `beginning`. */
  read(topic: T, partition: P, offset: number, max: number): Result.Result<ReadonlyArray<LogRecord>, LogError>
  committed(topic: T, group: string): Result.Result<ReadonlyMap<number, number>, LogError>
  /** Moves committed positions forward, never back; all or none. */
  commit(topic: T, group: string, offsets: ReadonlyArray<OffsetOf>): Result.Result<void, LogError>
  /** All of it or nothing; gives the offsets of each append, and wakes those who wait. */
  commitUnit(unit: LocalUnit<P, T>): Result.Result<ReadonlyArray<ReadonlyArray<number>>, LogError>
  readonly state: LocalState
  /**
   * Removes some of what retention no longer keeps and gives the number of records, 0 when there is nothing more to remove. One call
   * does little enough not to hold up others.
   */
  removeExpired(topic: T, partition: P, now: number): Result.Result<number, LogError>
}

/** Wakes all who wait for records of a topic. */
export const wake = (topic: LocalTopic): void => {
  for (const latch of topic.waiters) latch.openUnsafe()
}
