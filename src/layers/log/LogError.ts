/** The one error of the message log. */
import { Schema } from "effect"

/**
 * - `TopicNotFound`, `PartitionNotFound`: no such topic, or a partition at or past its count.
 * - `OffsetOutOfRange`: retention has removed it, or it is past the end.
 * - `PartitionNotOwned`: a commit for partitions (`partitions`) that this group member does not own now.
 * - `Fenced`: the engine gave this member's or writer's place to another, which goes on in its stead; nothing more is taken from this one.
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
  "Fenced",
  "RecordTooLarge",
  "Unavailable",
  "Unauthorized",
  "Corrupt",
  "Invalid"
])

export type LogErrorReason = typeof LogErrorReason.Type

/**
 * What a failed commit or append means for whoever made it.
 *
 * - `lost`: what was to be committed belongs to another now. The task ends; its new owner reads again from the last commit.
 * - `transient`: the same call may succeed in a moment, and is safe to repeat.
 * - `permanent`: it fails again until somebody changes the call, the rights or the data.
 */
export type LogFailure = "lost" | "transient" | "permanent"

const failures: Readonly<Record<LogErrorReason, LogFailure>> = {
  PartitionNotOwned: "lost",
  Fenced: "lost",
  Unavailable: "transient",
  TopicNotFound: "permanent",
  PartitionNotFound: "permanent",
  OffsetOutOfRange: "permanent",
  RecordTooLarge: "permanent",
  Unauthorized: "permanent",
  Corrupt: "permanent",
  Invalid: "permanent"
}

export const failureOf = ({ reason }: { readonly reason: LogErrorReason }): LogFailure => failures[reason]

export class LogError extends Schema.TaggedError<LogError>()("LogError", {
  reason: LogErrorReason,
  message: Schema.String,
  topic: Schema.optionalKey(Schema.String),
  // What a caller asked for, be it a number of a partition or not.
  // @effect-diagnostics-next-line schemaNumber:off
  partitions: Schema.optionalKey(Schema.Array(Schema.Number)),
  cause: Schema.optionalKey(Schema.Defect())
}) {}
