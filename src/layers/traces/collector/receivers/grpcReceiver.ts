/**
 * OTLP over gRPC: `TraceService/Export`, whose messages are taken as bytes and never decoded here. Errors are a status with `google.rpc.Status` and, where
 * the sender may try again, `RetryInfo` in its details.
 *
 * **Bounds.** A message is at most 64 MiB, compressed or not; at most 100 calls at a time on a connection.
 */
import { Metadata, type sendUnaryData, Server, ServerCredentials, type ServerUnaryCall } from "@grpc/grpc-js"
import { Data, Effect } from "effect"
import { mostRequestBytes } from "../../../../domain/traces/otlp/spanRecord.ts"
import type { CollectorRefusal } from "../Collector.ts"
import type { CollectorParts } from "../makeCollector.ts"
import { responseBytes, statusBytes, statuses } from "./answers.ts"
import type { Authorize } from "./apiKeys.ts"

export interface GrpcReceiverOptions {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  readonly authorize: Authorize
}

/** The port cannot be had. */
export class GrpcBindError extends Data.TaggedError("GrpcBindError")<{ readonly message: string }> {}

const asBytes = (bytes: Buffer): Buffer => bytes

const traceService = {
  Export: {
    path: "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
    requestStream: false,
    responseStream: false,
    requestDeserialize: asBytes,
    requestSerialize: asBytes,
    responseDeserialize: asBytes,
    responseSerialize: asBytes
  }
} as const

const failureOf = (refusal: CollectorRefusal) => {
  const metadata = new Metadata()
  metadata.set("grpc-status-details-bin", Buffer.from(statusBytes(refusal)))
  return { code: statuses[refusal.reason][1], details: refusal.message, metadata }
}

const headerOf = (call: ServerUnaryCall<Buffer, Buffer>, name: string): string | undefined => {
  const [value] = call.metadata.get(name)
  return typeof value === "string" ? value : undefined
}

/** Serves until the scope closes; gives `host:port`. */
export const serveGrpc = Effect.fnUntraced(function*(parts: CollectorParts, options: GrpcReceiverOptions) {
  const run = Effect.runForkWith(yield* Effect.context())
  const server = yield* Effect.acquireRelease(
    Effect.sync(() =>
      new Server({
        "grpc.max_receive_message_length": mostRequestBytes,
        "grpc.max_concurrent_streams": 100
      })
    ),
    (server) =>
      Effect.timeoutOrElse(Effect.callback<void>((resume) => server.tryShutdown(() => resume(Effect.void))), {
        duration: "2 seconds",
        orElse: () => Effect.sync(() => server.forceShutdown())
      })
  )
  server.addService(traceService, {
    Export: (call: ServerUnaryCall<Buffer, Buffer>, answer: sendUnaryData<Buffer>) => {
      const forbidden = options.authorize(headerOf(call, "authorization"), headerOf(call, "x-api-key"))
      const accepted = parts.counted(
        forbidden === undefined ? parts.acceptFrom("grpc", call.request) : Effect.fail(forbidden)
      )
      run(Effect.withTracerEnabled(
        Effect.match(accepted, {
          onSuccess: (result) => answer(null, Buffer.from(responseBytes(result))),
          onFailure: (refusal) => answer(failureOf(refusal))
        }),
        false
      ))
    }
  })
  const { host, port } = options
  const bound = yield* Effect.callback<number, GrpcBindError>((resume) => {
    server.bindAsync(`${host}:${port}`, ServerCredentials.createInsecure(), (error, bound) => {
      resume(error === null ? Effect.succeed(bound) : Effect.fail(new GrpcBindError({ message: error.message })))
    })
  })
  return `${host}:${bound}`
})
