/** The errors that endpoints answer with, in the shape of {@link ApiError}: each code has its status. */
import { Schema } from "effect"
import { HttpApiSchema } from "effect/http-api"

const withCode = <const Code extends string>(status: number, code: Code) =>
  Schema.Struct({
    error: Schema.Struct({
      code: Schema.Literal(code),
      message: Schema.String,
      details: Schema.Record(Schema.String, Schema.String),
      request_id: Schema.String
    })
  }).pipe(HttpApiSchema.status(status))

/** A parameter is none: `details` names it. */
export const BadRequest = withCode(400, "bad_request")
/** The instance has tokens, and none of them was brought. */
export const Unauthorized = withCode(401, "unauthorized")
export const NotFound = withCode(404, "not_found")
export const UnknownId = withCode(404, "unknown_id")
/** It may be asked, and the answer is no now. */
export const Refused = withCode(409, "refused")
/** The store cannot be reached, or this process keeps none. */
export const Unavailable = withCode(503, "unavailable")
