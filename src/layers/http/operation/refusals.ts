/** Errors of the endpoints in the one shape of all, with the trace id of the request. */
import { Effect } from "effect"
import { RequestContext } from "../RequestContext.ts"

const refusal = <const Code extends string>(code: Code) =>
  Effect.fnUntraced(function*(message: string, details: Readonly<Record<string, string>> = {}) {
    const context = yield* RequestContext
    return yield* Effect.fail({ error: { code, message, details, request_id: context?.traceId ?? "" } })
  })

export const badRequest = refusal("bad_request")
export const notFound = refusal("not_found")
export const unavailable = refusal("unavailable")
