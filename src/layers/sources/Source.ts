/**
 * Where raw records come from: the one interface behind which radar, optical, ISL and files stand.
 *
 * A source is built by its own `make...` in a scope: sockets are bound and files opened then, so that what cannot work fails at start.
 * A source judges nothing: what it cannot read is still a record, and decoding dead-letters it with its bytes.
 */
import { type Effect, Schema, type Stream } from "effect"
import type { ReceivedRecord } from "../../domain/observation/ReceivedRecord.ts"

/** Why a source cannot go on. Bad input is never one of them. */
export class SourceError extends Schema.TaggedError<SourceError>()("SourceError", {
  source: Schema.String,
  reason: Schema.Literals(["Bind", "Socket", "Unreadable"]),
  message: Schema.String,
  cause: Schema.optionalKey(Schema.Defect())
}) {}

export interface Source {
  /** Unique in a run; the name its counters go by. */
  readonly name: string
  /** Of its sensors, or `file`. */
  readonly kind: string
  /** Arrays of up to 256, in the order received. Ends after {@link stop}, or where the input does. Runs once. */
  readonly records: Stream.Stream<ReceivedRecord, SourceError>
  /** Told before `records` runs: what its last record that is in the log said in {@link ReceivedRecord.resume}, in this run or an earlier one. */
  readonly goOnBehind?: (resume: string) => void
  /** Takes no more; `records` then gives what was already received and ends. */
  readonly stop: Effect.Effect<void>
  /** Told after records of this source are in the log, in order: where a pulled source moves its cursor. */
  readonly appended: (records: ReadonlyArray<ReceivedRecord>) => Effect.Effect<void>
}

/** The most records in one array of a source's stream. */
export const sourceArrayLength = 256
