/**
 * A durable, partitioned, replayable log of records: the one service behind which the embedded SQLite log and Kafka stand.
 *
 * **Delivery.** At least once: a group member reads from the committed position of each partition it owns, in offset order within a
 * partition, and commits what is done. After a crash the next owner reads again from the last commit.
 *
 * **Ownership.** `subscribe` makes the stream's scope a member of the group; when it returns, the member has its first partitions.
 * `commit` of a {@link Subscription} takes the *next* offset to read per partition (what Kafka commits), never moves a committed
 * position backwards, and fails with `PartitionNotOwned` for a partition that this member does not own now.
 *
 * **Replay.** `read` takes any position and touches no group; `startAt` of {@link SubscribeOptions} begins a member elsewhere.
 *
 * **Together.** Inside a pipeline that has commit units, `append` hands the records in to the unit and gives no positions: they are durable with the
 * unit, or not at all. {@link LogUnits} says which engines can.
 */
import { Context, type Effect, Layer, type Scope } from "effect"
import type { SourcePosition } from "../../domain/stream/Envelope.ts"
import type { LogError } from "./LogError.ts"
import type { LogRecord, NewLogRecord, PartitionOffsets, TopicSpec } from "./LogRecord.ts"
import type { LogUnits } from "./LogUnits.ts"
import { makeMemoryLog } from "./memory/memoryLog.ts"
import type { SubscribeOptions, Subscription } from "./Subscription.ts"

export * from "./LogError.ts"
export * from "./LogRecord.ts"
export * from "./Subscription.ts"

/** What an engine implements. Every method but `ensureTopic` fails with `TopicNotFound` for a topic that does not exist. */
export interface MessageLogShape {
  /**
   * Creates the topic unless it exists. An existing topic keeps its partition count; retention is updated. `Invalid` for a name that
   * Kafka would not take or a count that is not a positive integer.
   */
  ensureTopic(spec: TopicSpec): Effect.Effect<void, LogError>
  readonly topics: Effect.Effect<ReadonlyArray<TopicSpec>, LogError>
  /**
   * Appends all records or none, durably, in order per partition; gives their positions in input order. (Kafka: all or none per
   * partition.) After an interruption or `Unavailable` the records may have been written.
   */
  append(topic: string, records: ReadonlyArray<NewLogRecord>): Effect.Effect<ReadonlyArray<SourcePosition>, LogError>
  /**
   * Up to `max` records of one partition from `offset` on, at once: an empty array only at the end. An offset that retention has
   * removed, or one beyond the end, is `OffsetOutOfRange`. An engine may give fewer than `max` where more are there.
   */
  read(
    options: { readonly topic: string; readonly partition: number; readonly offset: number; readonly max: number }
  ): Effect.Effect<ReadonlyArray<LogRecord>, LogError>
  /** Ascending by partition. */
  offsets(topic: string): Effect.Effect<ReadonlyArray<PartitionOffsets>, LogError>
  /** The committed next offset per partition; a partition without a commit is absent. */
  committed(topic: string, group: string): Effect.Effect<ReadonlyMap<number, number>, LogError>
  subscribe(options: SubscribeOptions): Effect.Effect<Subscription, LogError, Scope.Scope>
  /** Where appends, positions and state become durable together; absent where the engine cannot. */
  readonly units?: LogUnits
  /** Deletes what retention no longer keeps, now. Gives the number of records removed. */
  readonly enforceRetention: Effect.Effect<number, LogError>
}

export class MessageLog extends Context.Service<MessageLog, MessageLogShape>()("perigee/layers/log/MessageLog") {
  /** Keeps everything in memory and loses it with the scope. For tests, and for runs that need not survive. */
  static readonly layerMemory: Layer.Layer<MessageLog> = Layer.effect(MessageLog, makeMemoryLog({}))
}
