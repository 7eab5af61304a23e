/** Membership of a consumer group: what a member asks for and what it gets. */
import type { Effect, Stream } from "effect"
import type { SourcePosition } from "../../domain/stream/Envelope.ts"
import type { LogError } from "./LogError.ts"
import type { LogRecord } from "./LogRecord.ts"

export interface SubscribeOptions {
  readonly topic: string
  readonly group: string
  /**
   * Where a group without a committed position begins. `latest` is the end of the partition when a member of the group is first
   * assigned it; that position is committed at once, so that a later owner skips nothing.
   */
  readonly from: "earliest" | "latest"
  /** Most records in one array of the stream (default 256). */
  readonly maxRecords?: number
  /**
   * Asked whenever a partition is newly assigned: the offset to begin at instead of the committed one, or `undefined` to begin
   * there. For state that was restored together with its own positions. It commits nothing. An offset before the first kept counts as
   * {@link Subscription.missed}; one past the end (a log that lost its tail) fails the stream with `OffsetOutOfRange`.
   */
  readonly startAt?: (partition: number) => Effect.Effect<number | undefined, LogError>
}

export interface Subscription {
  /**
   * Records of the partitions owned, batched: each array is of one partition, in offset order. Keeps reading for ever, waiting
   * when there is nothing; a pull that is interrupted loses nothing and the next one goes on. A partition newly assigned begins
   * at the group's committed position; one that stays with the member goes on where it is. At most one uncommitted array per
   * partition is prefetched. Runs once: a second run fails with `Invalid` (subscribe again to begin at the commit).
   *
   * When retention has removed records before this member read them, it goes on at the first that is kept, logs a warning and
   * adds their number to {@link missed}.
   */
  readonly records: Stream.Stream<LogRecord, LogError>
  /**
   * Marks everything before each position's `offset` done. A position at or below the committed one changes nothing. Those of
   * owned partitions are committed; then it fails with `PartitionNotOwned`, naming the others, if there are any: after a
   * rebalance took them away, or after the subscription's scope was closed. An offset past what this member was given is `Invalid`
   * and nothing is committed. `failureOf` tells what an error calls for: nothing that failed may be forgotten.
   */
  commit(positions: ReadonlyArray<SourcePosition>): Effect.Effect<void, LogError>
  /** The partitions owned now, ascending. */
  readonly assignment: Effect.Effect<ReadonlyArray<number>>
  /** How many records retention removed before this member could read them. */
  readonly missed: Effect.Effect<number>
}
