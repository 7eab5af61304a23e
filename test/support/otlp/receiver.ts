/** A real OTLP/HTTP receiver on loopback: checks every request against OTLP's rules, keeps its spans, and answers as a test tells it to. */
import { Effect, type Scope } from "effect"
import * as Http from "node:http"
import { gunzipSync } from "node:zlib"
import type { SpanData } from "../../../src/domain/tracing/SpanData.ts"
import { decode } from "./protobuf.ts"
import { exportTraceServiceRequest } from "./traceProto.ts"
import { attributesOf, type OtlpRequest, spansOf, validate } from "./validate.ts"

/** `hang`: no answer at all. A request that is not answered with 2xx is not kept. */
export type Reply = "hang" | {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array | string
}

export interface OtlpReceiver {
  /** Of the traces. */
  readonly url: string
  readonly spans: () => ReadonlyArray<SpanData>
  readonly resources: () => ReadonlyArray<SpanData["attributes"]>
  /** What was wrong with requests; empty unless an exporter breaks the rules. */
  readonly faults: ReadonlyArray<string>
  readonly headers: ReadonlyArray<Http.IncomingHttpHeaders>
  readonly requests: () => number
  /** Most requests at one time. */
  readonly mostAtOnce: () => number
  reply: (request: OtlpRequest) => Reply
}

const parse = (contentType: string | undefined, body: Uint8Array): OtlpRequest => {
  if (contentType === "application/json") return validate(JSON.parse(new TextDecoder().decode(body)))
  if (contentType === "application/x-protobuf") return validate(decode(exportTraceServiceRequest, body))
  throw new Error(`content type ${contentType}`)
}

export const otlpReceiver = (port = 0): Effect.Effect<OtlpReceiver, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.callback<{ readonly server: Http.Server; readonly receiver: OtlpReceiver }>((resume) => {
        const accepted: Array<OtlpRequest> = []
        const faults: Array<string> = []
        const headers: Array<Http.IncomingHttpHeaders> = []
        let [requests, atOnce, most] = [0, 0, 0]
        const server = Http.createServer((request, response) => {
          const parts: Array<Uint8Array> = []
          most = Math.max(most, ++atOnce)
          response.on("close", () => atOnce--)
          request.on("data", (part: Uint8Array) => parts.push(part))
          request.on("end", () => {
            requests++
            headers.push(request.headers)
            try {
              if (request.method !== "POST" || request.url !== "/v1/traces") {
                throw new Error(`${request.method} ${request.url}`)
              }
              const bytes = Buffer.concat(parts)
              const body = request.headers["content-encoding"] === "gzip" ? gunzipSync(bytes) : bytes
              const parsed = parse(request.headers["content-type"], body)
              const reply = receiver.reply(parsed)
              if (reply === "hang") return
              if (reply.status < 300) accepted.push(parsed)
              response.writeHead(reply.status, { "content-type": request.headers["content-type"], ...reply.headers })
              response.end(reply.body ?? (request.headers["content-type"] === "application/json" ? "{}" : ""))
            } catch (error) {
              faults.push(String(error))
              response.writeHead(400).end()
            }
          })
        })
        const receiver: OtlpReceiver = {
          url: "",
          spans: () => accepted.flatMap(spansOf),
          resources: () =>
            accepted.flatMap(({ resourceSpans }) =>
              resourceSpans.map(({ resource }) => attributesOf(resource.attributes))
            ),
          faults,
          headers,
          requests: () => requests,
          mostAtOnce: () => most,
          reply: () => ({ status: 200 })
        }
        server.listen(port, "127.0.0.1", () => {
          const address = server.address()
          const bound = typeof address === "object" ? address?.port : undefined
          resume(
            Effect.succeed({
              server,
              receiver: Object.assign(receiver, { url: `http://127.0.0.1:${bound}/v1/traces` })
            })
          )
        })
      }),
      ({ server }) =>
        Effect.callback<void>((resume) => {
          server.closeAllConnections()
          server.close(() => resume(Effect.void))
        })
    ),
    ({ receiver }) => receiver
  )
