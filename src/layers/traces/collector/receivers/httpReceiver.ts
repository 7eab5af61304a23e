/**
 * OTLP over HTTP (`POST /v1/traces`, protobuf and JSON) and Zipkin v2 (`POST /api/v2/spans`) on one port. An answer of 200 (Zipkin: 202) says that the
 * spans are durable.
 *
 * **Bounds.** A body is at most 64 MiB as it comes and as it is unpacked; all bodies together at most 256 MiB, beyond which a request is told to come again.
 * A request must be whole within 30 s. Connections are at most 1024, and no more than a quarter of the free file descriptors.
 */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import { Effect } from "effect"
import { HttpMiddleware, HttpServer, HttpServerRequest, HttpServerResponse } from "effect/http"
import { createServer } from "node:http"
import { mostRequestBytes } from "../../../../domain/traces/otlp/spanRecord.ts"
import { Symptoms } from "../../../logging/Symptoms.ts"
import { connectionsWithin } from "../../../runtime/Descriptors.ts"
import { type Accepted, CollectorRefusal } from "../Collector.ts"
import type { CollectorParts } from "../makeCollector.ts"
import { acceptedAnswer, type Encoding, refusedAnswer } from "./answers.ts"
import type { Authorize } from "./apiKeys.ts"
import { BufferPool } from "./BufferPool.ts"
import { type Format, toProtobuf } from "./decodeBody.ts"
import { decompress } from "./decompress.ts"
import { type BodyGate, type Incoming, readBody } from "./readBody.ts"

export interface HttpReceiverOptions {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  readonly authorize: Authorize
  /** Origins whose pages may send; `*` is any. None: no page may. */
  readonly corsOrigins: ReadonlyArray<string>
}

const mostHeldBytes = 256 * 2 ** 20
const pooledBytes = 32 * 2 ** 20
const mostConnections = 1024

const unsupported = (contentType: string): CollectorRefusal =>
  new CollectorRefusal({
    reason: "Unsupported",
    message: `content-type ${JSON.stringify(contentType)} is none of application/x-protobuf, application/json`
  })

const encodingOf = (incoming: Incoming): Encoding | undefined => {
  const type = incoming.headers["content-type"]?.split(";", 1)[0]?.trim().toLowerCase()
  return type === "application/x-protobuf" || type === "application/json" ? type : undefined
}

const notAllowed = HttpServerResponse.empty({ status: 405, headers: { allow: "POST" } })
const notFound = HttpServerResponse.empty({ status: 404 })
const zipkinAccepted = HttpServerResponse.empty({ status: 202 })

const makeApp = (parts: CollectorParts, { authorize }: HttpReceiverOptions) => {
  const pool = new BufferPool(pooledBytes)
  const gate: BodyGate = { maxBytes: mostHeldBytes, held: 0 }

  const receive = (incoming: Incoming, format: Format): Effect.Effect<Accepted, CollectorRefusal> => {
    const { authorization, "content-encoding": contentEncoding, "x-api-key": apiKey } = incoming.headers
    const forbidden = authorize(authorization, typeof apiKey === "string" ? apiKey : undefined)
    if (forbidden !== undefined) return parts.counted(Effect.fail(forbidden))
    const transport = format === "zipkin" ? "zipkin" : "http"
    return parts.counted(
      Effect.flatMap(
        readBody(incoming, mostRequestBytes, pool, gate),
        (body) =>
          decompress(body.bytes, contentEncoding, mostRequestBytes).pipe(
            Effect.flatMap((bytes) => Effect.fromResult(toProtobuf(bytes, format))),
            Effect.flatMap((request) => parts.acceptFrom(transport, request)),
            Effect.ensuring(Effect.sync(body.release))
          )
      )
    )
  }

  const otlp = (incoming: Incoming) => {
    const encoding = encodingOf(incoming)
    if (encoding === undefined) {
      const refusal = unsupported(incoming.headers["content-type"] ?? "")
      return Effect.as(Effect.ignore(parts.counted(Effect.fail(refusal))), refusedAnswer(refusal, "application/json"))
    }
    return Effect.match(receive(incoming, encoding === "application/json" ? "json" : "protobuf"), {
      onSuccess: (accepted) => acceptedAnswer(accepted, encoding),
      onFailure: (refusal) => refusedAnswer(refusal, encoding)
    })
  }

  const zipkin = (incoming: Incoming) => {
    if (encodingOf(incoming) !== "application/json") {
      const refusal = unsupported(incoming.headers["content-type"] ?? "")
      return Effect.as(Effect.ignore(parts.counted(Effect.fail(refusal))), refusedAnswer(refusal, "application/json"))
    }
    return Effect.match(receive(incoming, "zipkin"), {
      onSuccess: () => zipkinAccepted,
      onFailure: (refusal) => refusedAnswer(refusal, "application/json")
    })
  }

  return Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) => {
    const incoming = NodeHttpServerRequest.toIncomingMessage(request)
    const path = (incoming.url ?? "").split("?", 1)[0]
    const handler = path === "/v1/traces" ? otlp : path === "/api/v2/spans" ? zipkin : undefined
    if (handler === undefined) return Effect.succeed(notFound)
    if (incoming.method !== "POST") return Effect.succeed(notAllowed)
    return handler(incoming)
  })
}

/** Serves until the scope closes; fails with a `ServeError` where the port cannot be had. */
export const serveHttp = Effect.fnUntraced(function*(parts: CollectorParts, options: HttpReceiverOptions) {
  const { seen } = yield* Symptoms
  const server = createServer({
    requireHostHeader: false,
    headersTimeout: 10_000,
    requestTimeout: 30_000,
    keepAliveTimeout: 60_000,
    connectionsCheckingInterval: 5000
  })
  server.maxConnections = yield* connectionsWithin(mostConnections, 0.25)
  server.on("drop", () => seen(`collector: connections refused, as ${server.maxConnections} are open`))
  const { host, port } = options
  const bound = yield* NodeHttpServer.make(() => server, { host, port, gracefulShutdownTimeout: "2 seconds" })
  yield* Effect.addFinalizer(() => Effect.sync(() => server.closeAllConnections()))
  const app = makeApp(parts, options)
  const cors = HttpMiddleware.cors({
    allowedOrigins: options.corsOrigins,
    allowedMethods: ["POST"],
    allowedHeaders: ["content-type", "content-encoding", "authorization", "x-api-key", "b3", "traceparent"],
    maxAge: 7200
  })
  yield* bound.serve(Effect.withTracerEnabled(options.corsOrigins.length === 0 ? app : cors(app), false)).pipe(
    Effect.provideService(HttpMiddleware.TracerDisabledWhen, () => true)
  )
  return HttpServer.formatAddress(bound.address)
})
