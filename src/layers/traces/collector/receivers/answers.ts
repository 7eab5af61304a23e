/** What a receiver answers: OTLP's messages in the encoding of the request, with the status that tells the sender whether to try again. */
import { create, toBinary, toJsonString } from "@bufbuild/protobuf"
import { anyPack } from "@bufbuild/protobuf/wkt"
import { HttpServerResponse } from "effect/http"
import { RetryInfoSchema, type Status, StatusSchema } from "../../../../domain/traces/otlp/proto/answers_pb.ts"
import { ExportTraceServiceResponseSchema } from "../../../../domain/traces/otlp/proto/traceService_pb.ts"
import type { Accepted, CollectorRefusal, RefusalReason } from "../Collector.ts"

export type Encoding = "application/x-protobuf" | "application/json"

/** The status of HTTP and the code of gRPC. */
export const statuses: Readonly<Record<RefusalReason, readonly [http: number, grpc: number]>> = {
  Malformed: [400, 3],
  Unsupported: [415, 3],
  TooLarge: [413, 3],
  Unauthorized: [401, 16],
  RateLimited: [429, 8],
  Busy: [429, 8],
  Unavailable: [503, 14]
}

const nothing = new Uint8Array(0)

const responseMessage = ({ message, rejected }: Accepted) =>
  create(
    ExportTraceServiceResponseSchema,
    rejected === 0 ? {} : { partialSuccess: { rejectedSpans: BigInt(rejected), errorMessage: message } }
  )

/** `ExportTraceServiceResponse` in protobuf: empty on full success. */
export const responseBytes = (accepted: Accepted): Uint8Array =>
  accepted.rejected === 0 ? nothing : toBinary(ExportTraceServiceResponseSchema, responseMessage(accepted))

/** `google.rpc.Status`, with `RetryInfo` where the sender may try again. */
export const statusMessage = ({ message, reason, retryAfterMillis }: CollectorRefusal): Status =>
  create(StatusSchema, {
    code: statuses[reason][1],
    message,
    details: retryAfterMillis === undefined
      ? []
      : [anyPack(
        RetryInfoSchema,
        create(RetryInfoSchema, {
          retryDelay: {
            seconds: BigInt(Math.floor(retryAfterMillis / 1000)),
            nanos: Math.round((retryAfterMillis % 1000) * 1e6)
          }
        })
      )]
  })

export const statusBytes = (refusal: CollectorRefusal): Uint8Array => toBinary(StatusSchema, statusMessage(refusal))

/** The answer to a request that was taken. */
export const acceptedAnswer = (accepted: Accepted, encoding: Encoding): HttpServerResponse.HttpServerResponse =>
  encoding === "application/json"
    ? HttpServerResponse.text(toJsonString(ExportTraceServiceResponseSchema, responseMessage(accepted)), {
      contentType: encoding
    })
    : HttpServerResponse.uint8Array(responseBytes(accepted), { contentType: encoding })

/** The answer to one that was not. JSON leaves out the details, which are protobuf's own; `retry-after` tells the same. */
export const refusedAnswer = (
  refusal: CollectorRefusal,
  encoding: Encoding
): HttpServerResponse.HttpServerResponse => {
  const { message, reason, retryAfterMillis } = refusal
  const [status, code] = statuses[reason]
  const headers: Record<string, string> = {}
  if (retryAfterMillis !== undefined) headers["retry-after"] = String(Math.max(1, Math.ceil(retryAfterMillis / 1000)))
  if (reason === "Unauthorized") headers["www-authenticate"] = "Bearer"
  if (reason === "Unsupported") headers["accept-encoding"] = "gzip, zstd, identity"
  return encoding === "application/json"
    ? HttpServerResponse.text(JSON.stringify({ code, message }), { status, headers, contentType: encoding })
    : HttpServerResponse.uint8Array(statusBytes(refusal), { status, headers, contentType: encoding })
}
