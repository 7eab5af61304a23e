/** What `/v1/letters` answers: counts of all that match among the newest, and the last few of them. */
import { Schema } from "effect"
import { DeadLetter, ErrorKind } from "../../deadletter/DeadLetter.ts"

const counts = Schema.Record(Schema.String, Schema.Int)

const { payload: _payload, sensorId: _sensorId, ...shown } = DeadLetter.fields

export const LettersAnswer = Schema.Struct({
  total: Schema.Int,
  byErrorKind: counts,
  bySensor: Schema.Record(Schema.String, counts),
  /** Counts by kind over time, oldest first: equal steps from the first letter counted to the last. */
  timeline: Schema.Array(Schema.Struct({ start: Schema.String, counts })),
  stepSeconds: Schema.Int,
  /** Letters that were looked at: the newest. */
  lookedAt: Schema.Int,
  unreadable: Schema.Int,
  /** Newest first. */
  deadLetters: Schema.Array(Schema.Struct({
    ...shown,
    sensorId: Schema.NullOr(Schema.String),
    payloadBytes: Schema.Int
  }))
})

export const LetterAnswer = Schema.Struct({
  ...DeadLetter.fields,
  /** Times that this record was given up. */
  count: Schema.Int,
  /** The payload as text where it is some; else null. */
  text: Schema.NullOr(Schema.String)
})

export const letterParameters = {
  errorKind: Schema.optionalKey(ErrorKind),
  sensor: Schema.optionalKey(Schema.String),
  operator: Schema.optionalKey(Schema.String),
  since: Schema.optionalKey(Schema.String.annotate({ description: "RFC 3339" })),
  until: Schema.optionalKey(Schema.String.annotate({ description: "RFC 3339" })),
  limit: Schema.optionalKey(Schema.String.annotate({ description: "Most letters: 100 without, at most 1000" }))
}
