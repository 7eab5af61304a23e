/**
 * The HTTP server on Node: beside the pipeline, never in its way.
 *
 * **A port that is taken** does not end the process: it takes a free one and says so, with both numbers, so that a second process on one machine can
 * be looked at too. Where nothing can be bound it says why and goes on without. Requests are answered on the pipeline's event loop, in short turns.
 *
 * **Slow clients.** A request whose headers are not there within 5 s, or that is not whole within 15 s, is answered 408 and cut off, however it drips.
 * At most 256 connections are open, and no more than a quarter of the file descriptors that are free at start; others are refused, which is told.
 *
 * **End.** With the Layer: a second for answers under way, then every connection is cut.
 */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { Effect, Layer, Predicate } from "effect"
import { HttpMiddleware, HttpRouter, HttpServer, type HttpServerError } from "effect/http"
import { createServer } from "node:http"
import { Symptoms } from "../logging/Symptoms.ts"
import { connectionsWithin } from "../runtime/Descriptors.ts"
import { type AccessTokens, withTokens } from "./accessTokens.ts"
import { Endpoint } from "./Endpoint.ts"
import { refuse } from "./refuse.ts"
import { withTrace } from "./withTrace.ts"

interface NodeServerOptions {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** Without them all may ask. */
  readonly tokens?: AccessTokens
  /** From the first byte until a request's headers must be there, ms (default 5 s). */
  readonly headersMillis?: number
  /** The same for the whole request (default 15 s). */
  readonly requestMillis?: number
}

const mostConnections = 256

const inUse = ({ cause }: HttpServerError.ServeError): boolean =>
  Predicate.hasProperty(cause, "code") && cause.code === "EADDRINUSE"

const reasonOf = ({ cause }: HttpServerError.ServeError): string =>
  cause instanceof Error ? cause.message : String(cause)

const listen = Effect.fnUntraced(function*(options: NodeServerOptions) {
  const { headersMillis = 5000, host, port, requestMillis = 15_000 } = options
  const { seen } = yield* Symptoms
  const server = createServer({
    // Node would answer a request without `Host` by itself, and without a trace id.
    requireHostHeader: false,
    headersTimeout: headersMillis,
    requestTimeout: Math.max(headersMillis, requestMillis),
    // How often the two are looked at: Node's own 30 s would let a dripped request stay that much longer.
    connectionsCheckingInterval: Math.min(1000, headersMillis)
  })
  server.on("clientError", refuse)
  server.maxConnections = yield* connectionsWithin(mostConnections, 0.25)
  server.on("drop", () => seen(`http: connections refused, as ${server.maxConnections} are open`))
  const bound = yield* NodeHttpServer.make(() => server, { host, port, gracefulShutdownTimeout: "1 second" })
  // Before the server waits for its connections to end: one that hangs would keep the process.
  yield* Effect.addFinalizer(() => Effect.sync(() => server.closeAllConnections()))
  return bound
})

const listenOrElse = (options: NodeServerOptions) =>
  listen(options).pipe(
    Effect.catchIf((error) => options.port !== 0 && inUse(error), () =>
      Effect.tap(listen({ ...options, port: 0 }), ({ address }) =>
        Effect.logWarning(
          `http: port ${options.port} is in use; this process answers on ${HttpServer.formatAddress(address)} instead`
        ))),
    Effect.catch((error) =>
      Effect.as(
        Effect.logError(`http: cannot listen on ${options.host}:${options.port}, goes on without: ${reasonOf(error)}`),
        undefined
      )
    )
  )

/** Serves the routes while the Layer lives. */
export const layerNodeServer = <R>(
  routes: Layer.Layer<never, never, R>,
  options: NodeServerOptions
) =>
  Layer.effect(
    Endpoint,
    Effect.gen(function*() {
      const server = yield* listenOrElse(options)
      if (server === undefined) return Endpoint.of({ url: undefined })
      const app = yield* HttpRouter.toHttpEffect(routes)
      yield* server.serve(withTrace(withTokens(app, options.tokens ?? {})))
      const url = HttpServer.formatAddress(server.address)
      yield* Effect.logInfo(`http: ${url}/health ${url}/metrics ${url}/openapi.json`)
      return Endpoint.of({ url })
    })
  ).pipe(
    // The request's span is made by `withTrace`.
    Layer.provide([NodeHttpServer.layerHttpServices, Layer.succeed(HttpMiddleware.TracerDisabledWhen, () => true)])
  )
