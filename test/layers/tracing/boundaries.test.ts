/** A trace goes on, with the right parents, on the other side of borders that fiber-local context does not cross. */
import { NodeHttpClient, NodeHttpServer } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { credentials, Metadata, Server, ServerCredentials, type ServiceDefinition } from "@grpc/grpc-js"
import { makeClientConstructor } from "@grpc/grpc-js"
import { Context, Effect, Layer } from "effect"
import { HttpClient, HttpRouter, HttpServer, HttpServerRequest, HttpServerResponse } from "effect/http"
import { createServer } from "node:http"
import { Worker } from "node:worker_threads"
import type { SpanData } from "../../../src/domain/tracing/SpanData.ts"
import {
  currentTraceHeaders,
  parentFromHeaders,
  type TraceHeaders,
  traceHeaders,
  withTraceHeaders
} from "../../../src/layers/tracing/propagation.ts"
import { parentSpan } from "../../../src/layers/tracing/SpanTraceState.ts"
import { RecordedSpans } from "../../../src/layers/tracing/store/SpanSink.ts"
import { Tracing } from "../../../src/layers/tracing/Tracing.ts"

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736"
const event = parentSpan({ traceId, spanId: "00f067aa0ba902b7", sampled: true, traceState: "ot=th:8,vendor=x" })

const byName = (spans: ReadonlyArray<SpanData>) => new Map(spans.map((span) => [span.name, span] as const))

const recorded = Effect.map(RecordedSpans, ({ spans }) => byName(spans()))

const headersNow = Effect.map(currentTraceHeaders, (headers) => {
  assert.isDefined(headers)
  return headers
})

/** Both sides are in the event's trace, the far one below the near one. */
const continues = (near: SpanData | undefined, far: SpanData | undefined) => {
  assert.isDefined(near)
  assert.isDefined(far)
  assert.deepStrictEqual([near.traceId, far.traceId], [traceId, traceId])
  assert.strictEqual(far.parentSpanId, near.spanId)
  assert.notStrictEqual(far.spanId, near.spanId)
}

describe("headers", () => {
  it("are read as they are written, tracestate included", () => {
    assert.deepStrictEqual(traceHeaders(event), {
      traceparent: `00-${traceId}-00f067aa0ba902b7-01`,
      tracestate: "ot=th:8,vendor=x"
    })
    const parent = parentFromHeaders(traceHeaders(event))
    assert.deepStrictEqual(parent._tag === "Some" ? traceHeaders(parent.value) : undefined, traceHeaders(event))
  })

  it.effect("whether the trace id is random is passed on as it came; an id of our own is", () =>
    Effect.gen(function*() {
      const flagsBelow = (flags: string, tracestate: Record<string, string> = {}) => {
        const headers = { traceparent: `00-${traceId}-00f067aa0ba902b7-${flags}`, ...tracestate }
        const inside = Effect.map(headersNow, ({ traceparent }) => traceparent.slice(-2))
        return inside.pipe(Effect.withSpan("inner"), Effect.withSpan("outer"), withTraceHeaders(headers))
      }
      for (const flags of ["00", "01", "02", "03"]) {
        assert.strictEqual(yield* flagsBelow(flags), flags)
        assert.strictEqual(yield* flagsBelow(flags, { tracestate: "vendor=x" }), flags)
      }
      const own = yield* Effect.withSpan(headersNow, "root")
      assert.match(own.traceparent, /-03$/)
    }).pipe(Effect.provide(Tracing.layerTest)))

  it("that are none give no parent, and their tracestate is dropped with them", () => {
    for (const traceparent of [undefined, "", "00-0-0-01", `00-${"0".repeat(32)}-00f067aa0ba902b7-01`]) {
      assert.strictEqual(parentFromHeaders({ traceparent, tracestate: "ot=th:8" })._tag, "None")
    }
  })
})

describe("a trace goes on", () => {
  it.live("in a worker thread", () =>
    Effect.gen(function*() {
      const worker = yield* Effect.acquireRelease(
        Effect.sync(() => new Worker(new URL("./traceWorker.ts", import.meta.url))),
        (worker) => Effect.promise(() => worker.terminate())
      )
      const ask = (headers: TraceHeaders) =>
        Effect.callback<ReadonlyArray<SpanData>>((resume) => {
          worker.once("message", (spans: ReadonlyArray<SpanData>) => resume(Effect.succeed(spans)))
          worker.once("error", (error) => resume(Effect.die(error)))
          worker.postMessage(headers)
        })
      const far = byName(
        yield* Effect.flatMap(headersNow, ask).pipe(Effect.withSpan("sends"), Effect.withParentSpan(event))
      )
      continues((yield* recorded).get("sends"), far.get("in the worker"))
      continues(far.get("in the worker"), far.get("inner"))
      assert.strictEqual(far.get("inner")?.traceState, "ot=th:8,vendor=x")
      assert.strictEqual(far.get("inner")?.events[0]?.name, "working")
    }).pipe(Effect.scoped, Effect.provide(Tracing.layerTest)))

  it.live("through gRPC metadata", () =>
    Effect.gen(function*() {
      const run = Effect.runPromiseWith(yield* Effect.context<never>())
      const bytes = (value: Buffer): Buffer => value
      const assess = {
        path: "/perigee.Test/Assess",
        requestStream: false,
        responseStream: false,
        requestSerialize: bytes,
        requestDeserialize: bytes,
        responseSerialize: bytes,
        responseDeserialize: bytes
      }
      const definition: ServiceDefinition = { assess }
      const text = (metadata: Metadata, key: string) => metadata.get(key).map(String).join(",") || undefined
      const server = yield* Effect.acquireRelease(
        Effect.sync(() => {
          const server = new Server()
          server.addService(definition, {
            assess: (
              call: { readonly request: Buffer; readonly metadata: Metadata },
              answer: (error: null, value: Buffer) => void
            ) => {
              const handled = Effect.succeed(call.request.toString().toUpperCase()).pipe(
                Effect.withSpan("serves", { kind: "server" }),
                withTraceHeaders({
                  traceparent: text(call.metadata, "traceparent"),
                  tracestate: text(call.metadata, "tracestate")
                })
              )
              void run(handled).then((reply) => answer(null, Buffer.from(reply)))
            }
          })
          return server
        }),
        (server) => Effect.sync(() => server.forceShutdown())
      )
      const port = yield* Effect.callback<number>((resume) =>
        server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) =>
          resume(error === null ? Effect.succeed(port) : Effect.die(error)))
      )
      const Client = makeClientConstructor(definition, "perigee.Test")
      const client = yield* Effect.acquireRelease(
        Effect.sync(() =>
          new Client(`127.0.0.1:${port}`, credentials.createInsecure())
        ),
        (client) => Effect.sync(() => client.close())
      )
      const reply = yield* Effect.flatMap(headersNow, (headers) =>
        Effect.callback<string>((resume) => {
          const metadata = new Metadata()
          for (const [key, value] of Object.entries(headers)) metadata.set(key, value)
          client.makeUnaryRequest(assess.path, bytes, bytes, Buffer.from("ping"), metadata, (error, value) =>
            resume(error === null ? Effect.succeed(String(value)) : Effect.die(error)))
        })).pipe(Effect.withSpan("calls", { kind: "client" }), Effect.withParentSpan(event))
      assert.strictEqual(reply, "PING")
      const spans = yield* recorded
      continues(spans.get("calls"), spans.get("serves"))
      assert.strictEqual(spans.get("serves")?.traceState, "ot=th:8,vendor=x")
      assert.strictEqual(spans.get("serves")?.kind, "server")
    }).pipe(Effect.scoped, Effect.provide(Tracing.layerTest)))

  it.live("through HTTP, by Effect's own client and server", () =>
    Effect.gen(function*() {
      const routes = HttpRouter.add(
        "GET",
        "/assess",
        Effect.gen(function*() {
          const { headers } = yield* HttpServerRequest.HttpServerRequest
          return yield* HttpServerResponse.json({ traceparent: headers["traceparent"] })
        }).pipe(Effect.withSpan("handles"))
      )
      const server = yield* Layer.build(
        HttpRouter.serve(routes, { disableLogger: true, disableListenLog: true }).pipe(
          Layer.provideMerge(NodeHttpServer.layer(() => createServer(), { port: 0, host: "127.0.0.1" }))
        )
      )
      const { address } = Context.get(server, HttpServer.HttpServer)
      yield* HttpClient.get(`http://127.0.0.1:${"port" in address ? address.port : 0}/assess`).pipe(
        Effect.andThen((response) => response.json),
        Effect.withSpan("asks"),
        Effect.withParentSpan(event)
      )
      const sink = yield* RecordedSpans
      const ofKind = (kind: SpanData["kind"]) => sink.spans().find((span) => span.kind === kind)
      // The server's span ends when the response has gone out, which may be after it has come in.
      yield* Effect.sleep("5 millis").pipe(
        Effect.repeat({ while: () => ofKind("server") === undefined }),
        Effect.timeout("5 seconds")
      )
      const [client, served, spans] = [ofKind("client"), ofKind("server"), yield* recorded]
      continues(spans.get("asks"), client)
      continues(client, served)
      continues(served, spans.get("handles"))
    }).pipe(Effect.scoped, Effect.provide(Layer.merge(NodeHttpClient.layerUndici, Tracing.layerTest))))
})
