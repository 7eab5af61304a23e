/** The one shape of errors over HTTP. */
import { Schema } from "effect"

export const ApiError = Schema.Struct({
  error: Schema.Struct({
    /** For programs: `not_found`, `internal`, ... */
    code: Schema.String,
    /** For people. */
    message: Schema.String,
    details: Schema.Record(Schema.String, Schema.String),
    /** The trace id of the request. */
    request_id: Schema.String
  })
})
export type ApiError = typeof ApiError.Type
