/** The answer to what Node refuses before there is a request: no HTTP, headers that are too long, a request that never ends. */
import { Predicate, Tracer } from "effect"
import type { Duplex } from "node:stream"
import type { ApiError } from "../../domain/api/ApiError.ts"
import { formatTraceParent } from "../../domain/tracing/traceparent.ts"
import { startRequestSpan } from "./requestSpan.ts"

const statusOf = (error: Error): readonly [status: string, code: string] => {
  switch (Predicate.hasProperty(error, "code") ? error.code : undefined) {
    case "HPE_HEADER_OVERFLOW":
      return ["431 Request Header Fields Too Large", "headers_too_large"]
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return ["408 Request Timeout", "timeout"]
    default:
      return ["400 Bad Request", "bad_request"]
  }
}

/** Answers with an error in the shape of all errors and a trace id of its own, and closes the connection. */
export const refuse = (error: Error, socket: Duplex): void => {
  if (!socket.writable) {
    socket.destroy()
    return
  }
  const [status, code] = statusOf(error)
  const { sampled, spanId, traceId } = startRequestSpan(Tracer.nativeTracer, {
    name: "refused",
    kind: "server",
    parent: undefined,
    startTime: 0n
  })
  const body: ApiError = {
    error: { code, message: "this is no request that can be read", details: {}, request_id: traceId }
  }
  const json = JSON.stringify(body)
  socket.end([
    `HTTP/1.1 ${status}`,
    "content-type: application/json",
    `content-length: ${Buffer.byteLength(json)}`,
    `traceresponse: ${formatTraceParent({ traceId, spanId, sampled })}`,
    `x-trace-id: ${traceId}`,
    "connection: close",
    "",
    json
  ].join("\r\n"))
}
