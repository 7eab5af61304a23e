/** The dead-letter record, version 1. A reader of version N reads every earlier version. */
import { Schema } from "effect"
import { UtcTimeFromString } from "../UtcTime.ts"

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
  position: Schema.NullOr(Schema.Struct({ topic: Schema.String, partition: Schema.Int, offset: Schema.Int })),
  trace: Schema.Struct({
    traceId: Schema.String,
    spanId: Schema.NullOr(Schema.String),
    sampled: Schema.Boolean,
    traceState: Schema.NullOr(Schema.String)
  })
})
export type DeadLetter = typeof DeadLetter.Type
