/**
 * The endpoint that the public W3C Trace Context suite drives, on the server of the product: it makes its process send requests to any address that
 * the caller names, so it is none of the product's own.
 *
 * POST `[{"url", "arguments"}]`: each `arguments` is sent to its `url`, in order, as a request of the caller's trace with a span of its own as the
 * parent, before the answer, 200 with the number sent. A call that fails is 502.
 */
import { Clock, Effect, Layer, Schema } from "effect"
import { HttpClient, HttpClientRequest, HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import { inject } from "../../src/domain/tracing/propagation.ts"
import { RequestContext } from "../../src/layers/http/RequestContext.ts"
import { startRequestSpan } from "../../src/layers/http/requestSpan.ts"

export const traceContextPath = "/test/trace-context"

const Calls = Schema.Array(Schema.Struct({ url: Schema.String, arguments: Schema.Json }))

const send = Effect.fnUntraced(function*(client: HttpClient.HttpClient, call: typeof Calls.Type[number]) {
  const context = yield* RequestContext
  const clock = yield* Clock.Clock
  const span = startRequestSpan(yield* Effect.tracer, {
    name: "POST",
    kind: "client",
    parent: context,
    startTime: clock.currentTimeNanosUnsafe()
  })
  const headers = context === undefined ? {} : inject({ ...context, spanId: span.spanId })
  yield* HttpClientRequest.post(call.url, { headers }).pipe(
    HttpClientRequest.bodyJsonUnsafe(call.arguments),
    client.execute,
    Effect.tap((response) => Effect.ignore(response.text)),
    Effect.onExit((exit) => Effect.sync(() => span.end(clock.currentTimeNanosUnsafe(), exit))),
    // The headers are ours: the client must not add another set.
    Effect.provideService(HttpClient.TracerDisabledWhen, () => true)
  )
})

export const layerTraceContextEndpoint: Layer.Layer<never, never, HttpRouter.HttpRouter | HttpClient.HttpClient> = Layer
  .unwrap(
    Effect.map(HttpClient.HttpClient, (client) =>
      HttpRouter.add(
        "POST",
        traceContextPath,
        Effect.gen(function*() {
          const calls = yield* HttpServerRequest.schemaBodyJson(Calls)
          yield* Effect.forEach(calls, (call) => send(client, call), { discard: true })
          return HttpServerResponse.jsonUnsafe({ sent: calls.length })
        }).pipe(
          Effect.catchTags({
            SchemaError: ({ message }) => Effect.succeed(HttpServerResponse.text(message, { status: 400 })),
            HttpClientError: ({ message }) => Effect.succeed(HttpServerResponse.text(message, { status: 502 })),
            HttpServerError: ({ message }) => Effect.succeed(HttpServerResponse.text(message, { status: 400 }))
          })
        )
      ))
  )
