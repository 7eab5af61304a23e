/**
 * A durable, partitioned, replayable log of records: the one service behind which the embedded SQLite log and Kafka stand.
 *
 * **Delivery.** At least once: a group member reads from the committed position of each partition it owns, in offset order within a
 * partition, and commits what is done. After a crash the next owner reads again from the last commit.
 *
 * **Ownership.** `subscribe` makes the stream's scope a member of the group. `commit` of a {@link Subscription} takes the *next*
 * offset to read per partition (what Kafka commits), never moves a committed position backwards, and fails with
 * `PartitionNotOwned` for a partition that this member does not own now: nothing is ever committed for another member.
 *
 * **What it does not do.** No transactions across topics (a later issue), no exactly-once: that is the sink's upsert.
 */
import { Context, type Effect, Schema, type Scope, type Stream } from "effect"
import type { SourcePosition } from "../../domain/Envelope.ts"
import type { UtcTime } from "../../domain/UtcTime.ts"

/** A topic and how long it keeps records. `retentionMillis` and `retentionBytes` (per partition): absent means for ever. */
export interface TopicSpec {
  readonly name: string
  readonly partitions: number
  readonly retentionMillis?: number
  readonly retentionBytes?: number
}

/** Header names are case sensitive; values are bytes in Kafka, UTF-8 text here. */
export type LogHeaders = Readonly<Record<string, string>>

/** A record to append. Without `partition` it is murmur2 of `key` modulo partitions, or round robin for no key. */
export interface NewLogRecord {
  readonly key: string | undefined
  readonly value: Uint8Array
  readonly headers: LogHeaders
  readonly timestamp: UtcTime
  readonly partition?: number
}

export interface LogRecord extends SourcePosition {
  readonly key: string | undefined
  readonly value: Uint8Array
  readonly headers: LogHeaders
  readonly timestamp: UtcTime
}

/** Per partition: the first offset still kept and the next offset to be written. */
export interface PartitionOffsets {
  readonly partition: number
  readonly beginning: number
  readonly end: number
}

export class LogError extends Schema.TaggedError<LogError>()("LogError", {
  reason: Schema.Literals([
    "TopicNotFound",
    "PartitionNotFound",
    "OffsetOutOfRange",
    "PartitionNotOwned",
    "RecordTooLarge",
    "Unavailable",
    "Unauthorized",
    "Corrupt",
    "Invalid"
  ]),
  message: Schema.String,
  cause: Schema.optionalKey(Schema.Defect())
}) {}

export interface SubscribeOptions {
  readonly topic: string
  readonly group: string
  /** Where a group without a committed position begins. */
  readonly from: "earliest" | "latest"
  /** Most records in one array of the stream (default 256). */
  readonly maxRecords?: number
}

export interface Subscription {
  /**
   * Records of the partitions owned, batched: each array is of one partition, in offset order. Keeps reading for ever; a pull
   * that is interrupted loses nothing. At most one uncommitted array per partition is prefetched.
   */
  readonly records: Stream.Stream<LogRecord, LogError>
  /** Marks everything before `offset` done. Fails with `PartitionNotOwned` after a rebalance took the partition away. */
  commit(positions: ReadonlyArray<SourcePosition>): Effect.Effect<void, LogError>
  /** The partitions owned now. */
  readonly assignment: Effect.Effect<ReadonlyArray<number>>
}

export class MessageLog extends Context.Service<MessageLog, {
  /** Creates the topic unless it exists. An existing topic keeps its partition count; retention is updated. */
  ensureTopic(spec: TopicSpec): Effect.Effect<void, LogError>
  readonly topics: Effect.Effect<ReadonlyArray<TopicSpec>, LogError>
  /** Appends all records or none, durably, in order per partition; gives their positions in input order. */
  append(topic: string, records: ReadonlyArray<NewLogRecord>): Effect.Effect<ReadonlyArray<SourcePosition>, LogError>
  /**
   * Up to `max` records of one partition from `offset` on, at once: an empty array at the end. An offset that retention has
   * removed, or one beyond the end, is `OffsetOutOfRange`.
   */
  read(
    options: { readonly topic: string; readonly partition: number; readonly offset: number; readonly max: number }
  ): Effect.Effect<ReadonlyArray<LogRecord>, LogError>
  offsets(topic: string): Effect.Effect<ReadonlyArray<PartitionOffsets>, LogError>
  /** The committed next offset per partition; a partition without a commit is absent. */
  committed(topic: string, group: string): Effect.Effect<ReadonlyMap<number, number>, LogError>
  subscribe(options: SubscribeOptions): Effect.Effect<Subscription, LogError, Scope.Scope>
  /** Deletes what retention no longer keeps, now. Gives the number of records removed. */
  readonly enforceRetention: Effect.Effect<number, LogError>
}>()("perigee/layers/log/MessageLog") {}
