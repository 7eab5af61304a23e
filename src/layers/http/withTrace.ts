/**
 * The trace of an HTTP request: a server span around it, and the trace id in its response, whatever the response is.
 *
 * A W3C context that can be read is continued and its sampled flag honoured; any other request gets a trace of its own that is not sampled, as
 * health checks and scrapes would drown what matters. `traceresponse` is that of W3C Trace Context level 2.
 */
import { Clock, Effect, Exit, type Tracer } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"
import { continueTrace, extract, type PropagatedContext } from "../../domain/tracing/propagation.ts"
import { formatTraceParent } from "../../domain/tracing/traceparent.ts"
import { errorResponse } from "./errorResponse.ts"
import { RequestContext } from "./RequestContext.ts"
import { startRequestSpan } from "./requestSpan.ts"

const unsampled = () => ({ sampled: false, traceState: undefined })

const traceHeaders = (context: PropagatedContext, span: Tracer.Span) => ({
  traceresponse: formatTraceParent({ ...context, spanId: span.spanId }),
  "x-trace-id": context.traceId
})

/** Answers every request, with its trace id. */
export const withTrace = <E, R>(
  app: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>
): Effect.Effect<HttpServerResponse.HttpServerResponse, never, R | HttpServerRequest.HttpServerRequest> =>
  Effect.gen(function*() {
    const request = yield* HttpServerRequest.HttpServerRequest
    const clock = yield* Clock.Clock
    const [path = ""] = request.url.split("?")
    const span = startRequestSpan(yield* Effect.tracer, {
      name: `${request.method} ${path}`,
      kind: "server",
      parent: extract(request.headers),
      startTime: clock.currentTimeNanosUnsafe()
    })
    span.attribute("http.request.method", request.method)
    span.attribute("url.path", path)
    const { context } = continueTrace(
      request.headers,
      { traceId: span.traceId, spanId: span.spanId, random: true },
      unsampled
    )
    const headers = traceHeaders(context, span)
    return yield* app.pipe(
      Effect.provideService(RequestContext, context),
      Effect.catchCause((cause) => errorResponse(cause, request, context.traceId)),
      Effect.map((response) => HttpServerResponse.setHeaders(response, headers)),
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
