/**
 * The dead-letter record, version 2. A reader of version N reads every earlier version: version 1 has no `sensorId`.
 */
import { Schema } from "effect"
import { PositionJson, TraceJson } from "../stream/contextJson.ts"
import { UtcTimeFromString } from "../time/UtcTime.ts"

/** Why a record was given up. */
export const ErrorKind = Schema.Literals([
  "Deserialization",
  "SchemaMismatch",
  "ValidationFailed",
  "ProcessingException",
  "RetryBudgetExhausted",
  "Late",
  "Shed"
])
export type ErrorKind = typeof ErrorKind.Type

export const DeadLetter = Schema.Struct({
  schemaVersion: Schema.Literals([1, 2]),
  id: Schema.String,
  time: UtcTimeFromString,
  operator: Schema.String,
  errorKind: ErrorKind,
  message: Schema.String,
  retryCount: Schema.Int,
  source: Schema.String,
  /** The sensor that the record is of, as the registry names it, else as the wire does. Absent: the record does not tell. */
  sensorId: Schema.optionalKey(Schema.String),
  format: Schema.String,
  locator: Schema.String,
  payload: Schema.Uint8ArrayFromBase64,
  position: Schema.NullOr(PositionJson),
  trace: TraceJson
})
export type DeadLetter = typeof DeadLetter.Type
