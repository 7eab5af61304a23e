/** The answer to a request that failed, in the one shape of errors. */
import { Cause, Effect } from "effect"
import { HttpServerError, type HttpServerRequest, HttpServerResponse } from "effect/http"
import type { ApiError } from "../../domain/api/ApiError.ts"

const codes: ReadonlyMap<number, string> = new Map([
  [400, "bad_request"],
  [404, "not_found"],
  [413, "too_large"],
  [499, "client_closed"],
  [503, "unavailable"]
])

/** The status that the cause asks for, 500 for what nobody expected. That is logged, under the request's span; the client gets no details of it. */
export const errorResponse = Effect.fnUntraced(function*(
  cause: Cause.Cause<unknown>,
  request: HttpServerRequest.HttpServerRequest,
  traceId: string
) {
  const [{ status }] = yield* HttpServerError.causeResponse(cause)
  const [path = ""] = request.url.split("?")
  if (status >= 500 && !Cause.hasInterruptsOnly(cause)) {
    yield* Effect.logError(`http: ${request.method} ${path}: ${Cause.pretty(cause)}`)
  }
  const body: ApiError = {
    error: {
      code: codes.get(status) ?? (status >= 500 ? "internal" : "failed"),
      message: status === 404 ? `there is no ${request.method} ${path}` : "the request could not be answered",
      details: {},
      request_id: traceId
    }
  }
  return HttpServerResponse.jsonUnsafe(body, { status })
})
