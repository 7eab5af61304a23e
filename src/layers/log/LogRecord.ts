/** What the message log holds: topics, and records with a key, bytes, headers and a time. */
import type { SourcePosition } from "../../domain/stream/Envelope.ts"
import type { UtcTime } from "../../domain/time/UtcTime.ts"

/**
 * A topic and how long it keeps records; absent means for ever.
 *
 * `name` is 1 to 249 of `A-Z a-z 0-9 . _ -`, not `.` or `..`: Kafka's rule, held by every engine.
 * `retentionMillis`: a record may go when it is stamped longer ago than this and all before it are gone.
 * `retentionBytes`: per partition, the oldest record may go while the others still hold this much (key, value and headers).
 * An engine may keep more than it must (Kafka removes whole segments), never less.
 */
export interface TopicSpec {
  readonly name: string
  readonly partitions: number
  readonly retentionMillis?: number
  readonly retentionBytes?: number
}

/** Header names are case sensitive; values are bytes in Kafka, UTF-8 text here. Half a surrogate pair, here or in a key, may come back as U+FFFD. */
export type LogHeaders = Readonly<Record<string, string>>

/**
 * A record to append. Without `partition` it is murmur2 of `key`'s UTF-8 bytes modulo partitions, or round robin for no key.
 * An empty key is a key. `value` must not be changed after the append. `timestamp` is not negative and is kept to the
 * millisecond: its fraction is dropped.
 */
export interface NewLogRecord {
  readonly key: string | undefined
  readonly value: Uint8Array
  readonly headers: LogHeaders
  readonly timestamp: UtcTime
  readonly partition?: number
}

/** `value` may be a view of a larger buffer: mind its `byteOffset`, and do not change it. */
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
