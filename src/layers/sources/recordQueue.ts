/** The bounded queue between a source's socket or poll loop and its stream. */
import { Array, Cause, Effect, Queue, Stream } from "effect"
import type { ReceivedRecord } from "../../domain/observation/ReceivedRecord.ts"
import { sourceArrayLength, type SourceError } from "./Source.ts"

export type RecordQueue = Queue.Queue<ReceivedRecord, SourceError | Cause.Done>

/** Holds at most `capacity` records. */
export const makeRecordQueue = (capacity: number): Effect.Effect<RecordQueue> => Queue.bounded(capacity)

/** What is queued at once, in arrays of up to 256; ends when the queue has been ended and is empty. */
export const recordsOf = (queue: RecordQueue): Stream.Stream<ReceivedRecord, SourceError> =>
  Stream.fromPull(Effect.succeed(
    Effect.filterOrElse(Queue.takeBetween(queue, 1, sourceArrayLength), Array.isArrayNonEmpty, () => Cause.done())
  ))
