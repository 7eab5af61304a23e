/** The answer to a request that failed, in the one shape of errors. */
import { Cause, Effect } from "effect"
import { HttpServerError, type HttpServerRequest, HttpServerResponse } from "effect/http"
import type { ApiError } from "../../domain/api/ApiError.ts"
import { methodsOf } from "./apiIndex.ts"

const codes: ReadonlyMap<number, string> = new Map([
  [400, "bad_request"],
  [404, "not_found"],
  [405, "method_not_allowed"],
  [413, "too_large"],
  [499, "client_closed"],
  [503, "unavailable"]
])

/** The status that the cause asks for, 405 with `Allow` for a path that is asked otherwise, 500 for what nobody expected. That is logged, under the request's span; the client gets no details of it. */
export const errorResponse = Effect.fnUntraced(function*(
  cause: Cause.Cause<unknown>,
  request: HttpServerRequest.HttpServerRequest,
  traceId: string
) {
  const [answer] = yield* HttpServerError.causeResponse(cause)
  const [path = ""] = request.url.split("?")
  const methods = methodsOf(path)
  const wrongMethod = answer.status === 404 && methods.length > 0 && !methods.includes(request.method)
  const status = wrongMethod ? 405 : answer.status
  if (status >= 500 && !Cause.hasInterruptsOnly(cause)) {
    yield* Effect.logError(`http: ${request.method} ${path}: ${Cause.pretty(cause)}`)
  }
  const body: ApiError = {
    error: {
      code: codes.get(status) ?? (status >= 500 ? "internal" : "failed"),
      message: status === 404
        ? `there is no ${request.method} ${path}; GET / lists what there is`
        : wrongMethod
        ? `${path} is asked with ${methods.join(" or ")}, not ${request.method}`
        : "the request could not be answered",
      details: {},
      request_id: traceId
    }
  }
  return HttpServerResponse.jsonUnsafe(body, { status, headers: wrongMethod ? { allow: methods.join(", ") } : {} })
})
