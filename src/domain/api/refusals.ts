/** Errors of requests that change something, each with its status. The shape is that of all errors. */
import { Schema } from "effect"
import { HttpApiSchema } from "effect/http-api"

const refusal = <const Code extends string>(code: Code, status: number) =>
  Schema.Struct({
    error: Schema.Struct({
      code: Schema.Literal(code),
      message: Schema.String,
      details: Schema.Record(Schema.String, Schema.String),
      request_id: Schema.String
    })
  }).pipe(HttpApiSchema.status(status))

/** No admin token, or a wrong one. */
export const Unauthorized = refusal("unauthorized", 401)
export const UnknownId = refusal("unknown_id", 404)
/** It may be asked, and the answer is no now. */
export const Refused = refusal("refused", 409)
