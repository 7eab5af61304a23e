/** The one error of the message log. */
import { Schema } from "effect"

/**
 * - `TopicNotFound`, `PartitionNotFound`: no such topic, or a partition at or past its count.
 * - `OffsetOutOfRange`: retention has removed it, or it is past the end.
 * - `PartitionNotOwned`: a commit for partitions (`partitions`) that this group member does not own now.
 * - `RecordTooLarge`: a record is over the engine's limit; nothing of the append was written.
 * - `Unavailable`: the engine cannot be reached or opened now; a retry may help.
 * - `Unauthorized`: credentials or rights are missing.
 * - `Corrupt`: stored data cannot be read back; the message names the file or the partition.
 * - `Invalid`: the caller's mistake (a bad name, a time that is no number, a stream run twice).
 */
export const LogErrorReason = Schema.Literals([
  "TopicNotFound",
  "PartitionNotFound",
  "OffsetOutOfRange",
  "PartitionNotOwned",
  "RecordTooLarge",
  "Unavailable",
  "Unauthorized",
  "Corrupt",
  "Invalid"
])

export type LogErrorReason = typeof LogErrorReason.Type

export class LogError extends Schema.TaggedError<LogError>()("LogError", {
  reason: LogErrorReason,
  message: Schema.String,
  topic: Schema.optionalKey(Schema.String),
  // What a caller asked for, be it a number of a partition or not.
  // @effect-diagnostics-next-line schemaNumber:off
  partitions: Schema.optionalKey(Schema.Array(Schema.Number)),
  cause: Schema.optionalKey(Schema.Defect())
}) {}
