/**
 * The trace of an HTTP request: a server span around it, and the trace id in its response, whatever the response is.
 *
 * A `traceparent` that can be read is continued and its sampled flag honoured; any other request gets a trace of its own that is not sampled, as
 * health checks and scrapes would drown what matters. `traceresponse` is that of W3C Trace Context Level 2.
 */
import { Cause, Clock, Context, Effect, Exit, Option, Tracer } from "effect"
import { HttpServerError, HttpServerRequest, HttpServerResponse } from "effect/http"
import type { ApiError } from "../../domain/api/ApiError.ts"
import { formatTraceParent, parseTraceParent, type TraceParent } from "../../domain/tracing/traceparent.ts"

/** A span of this request by the tracer in force; a tracer that makes no ids is stood in for by Effect's own. */
const serverSpan = (
  tracer: Tracer.Tracer,
  name: string,
  incoming: TraceParent | undefined,
  startTime: bigint
): Tracer.Span => {
  const start = (by: Tracer.Tracer) =>
    by.span({
      name,
      parent: incoming === undefined ? Option.none() : Option.some(Tracer.externalSpan(incoming)),
      annotations: Context.empty(),
      links: [],
      startTime,
      kind: "server",
      root: incoming === undefined,
      sampled: incoming?.sampled ?? false
    })
  const span = start(tracer)
  return /^[0-9a-f]{32}$/.test(span.traceId) && /^[0-9a-f]{16}$/.test(span.spanId) ? span : start(Tracer.nativeTracer)
}

const codes: ReadonlyMap<number, string> = new Map([
  [400, "bad_request"],
  [404, "not_found"],
  [413, "too_large"],
  [499, "client_closed"],
  [503, "unavailable"]
])

/** The error of a failed request in the shape of all errors. A 5xx is logged, under the request's span. */
const errorResponse = Effect.fnUntraced(function*(
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

/** Answers every request, with its trace id. */
export const withTrace = <E, R>(
  app: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>
): Effect.Effect<HttpServerResponse.HttpServerResponse, never, R | HttpServerRequest.HttpServerRequest> =>
  Effect.gen(function*() {
    const request = yield* HttpServerRequest.HttpServerRequest
    const clock = yield* Clock.Clock
    const { traceparent = "" } = request.headers
    const [path = ""] = request.url.split("?")
    const span = serverSpan(
      yield* Effect.tracer,
      `${request.method} ${path}`,
      parseTraceParent(traceparent),
      clock.currentTimeNanosUnsafe()
    )
    span.attribute("http.request.method", request.method)
    span.attribute("url.path", path)
    const { sampled, spanId, traceId } = span
    return yield* app.pipe(
      Effect.catchCause((cause) => errorResponse(cause, request, traceId)),
      Effect.map((response) =>
        HttpServerResponse.setHeaders(response, {
          traceresponse: formatTraceParent({ traceId, spanId, sampled }),
          "x-trace-id": traceId
        })
      ),
      Effect.onExit((exit) =>
        Effect.sync(() => {
          const status = Exit.isSuccess(exit) ? exit.value.status : 499
          span.attribute("http.response.status_code", status)
          span.end(clock.currentTimeNanosUnsafe(), status >= 500 ? Exit.fail(`status ${status}`) : exit)
        })
      ),
      Effect.withParentSpan(span)
    )
  })
