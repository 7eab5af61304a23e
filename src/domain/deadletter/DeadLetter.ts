/** The dead-letter record, version 1. A reader of version N reads every earlier version. */
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
  schemaVersion: Schema.Literal(1),
  id: Schema.String,
  time: UtcTimeFromString,
  operator: Schema.String,
  errorKind: ErrorKind,
  message: Schema.String,
  retryCount: Schema.Int,
  source: Schema.String,
  format: Schema.String,
  locator: Schema.String,
  payload: Schema.Uint8ArrayFromBase64,
  position: Schema.NullOr(PositionJson),
  trace: TraceJson
})
export type DeadLetter = typeof DeadLetter.Type
