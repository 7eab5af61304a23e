/** The real server on a free port, asked as any client would. */
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, Logger, Metric, Option, Predicate, Result, Schema, Tracer } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { connect, createServer } from "node:net"
import { ApiError } from "../../../src/domain/api/ApiError.ts"
import { type HealthCheck, HealthReport } from "../../../src/domain/api/health.ts"
import { Health } from "../../../src/layers/health/Health.ts"
import { Endpoint } from "../../../src/layers/http/Endpoint.ts"
import { layerNodeServer } from "../../../src/layers/http/NodeServer.ts"
import { layerRoutes } from "../../../src/layers/http/routes.ts"
import { Collectors } from "../../../src/layers/metrics/Collectors.ts"
import { Exposition } from "../../../src/layers/metrics/Exposition.ts"
import { MemoryTraceStore } from "../../../src/layers/traces/store/MemoryTraceStore.ts"
import { emptyLog } from "../../support/emptyLog.ts"
import { parseOpenMetrics } from "../../support/openMetrics.ts"

const broken = Layer.mergeAll(
  HttpRouter.add("GET", "/dies", Effect.die(new Error("a secret of the inside"))),
  HttpRouter.add("GET", "/current", () =>
    Effect.gen(function*() {
      const span = Option.getOrUndefined(yield* Effect.option(Effect.currentParentSpan))
      return HttpServerResponse.jsonUnsafe({ traceId: span?.traceId, spanId: span?.spanId, sampled: span?.sampled })
    }))
)

const server = (
  exposition: Layer.Layer<Exposition, never, Collectors> = Exposition.layer,
  port = 0,
  times: { readonly headersMillis?: number } = {}
) =>
  layerNodeServer(Layer.merge(layerRoutes, broken), { host: "127.0.0.1", port, ...times }).pipe(
    Layer.provideMerge(exposition),
    Layer.provideMerge(Layer.mergeAll(Health.layer, Collectors.layer, MemoryTraceStore.layer(), emptyLog)),
    Layer.provideMerge(Layer.effect(Metric.MetricRegistry, Effect.sync(() => new Map()))),
    Layer.provide(Logger.layer([]))
  )

const get = (path: string, headers: Record<string, string> = {}, method = "GET") =>
  Effect.gen(function*() {
    const { url } = yield* Endpoint
    return yield* Effect.promise(async () => {
      const response = await fetch(`${url}${path}`, { headers, method })
      return { status: response.status, headers: response.headers, body: await response.text() }
    })
  })

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736"
const caller = `00-${traceId}-00f067aa0ba902b7-`
const level2 = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/

const decodeError = Schema.decodeUnknownResult(Schema.fromJsonString(ApiError))
const decodeHealth = Schema.decodeUnknownResult(Schema.fromJsonString(HealthReport))

describe("every response carries the trace id", () => {
  const cases: ReadonlyArray<readonly [path: string, status: number, method?: string]> = [
    ["/health/live", 200],
    ["/health/ready", 503],
    ["/health", 503],
    ["/metrics", 200],
    ["/openapi.json", 200],
    ["/nowhere", 404],
    ["/", 200],
    ["/metrics", 405, "POST"],
    ["/", 405, "DELETE"],
    ["/dies", 500]
  ]
  for (const [path, status, method = "GET"] of cases) {
    it.live(`${method} ${path}: ${status}`, () =>
      Effect.gen(function*() {
        const own = yield* get(path, {}, method)
        assert.strictEqual(own.status, status)
        const [, id, span, flags] = level2.exec(own.headers.get("traceresponse") ?? "") ?? []
        assert.strictEqual(own.headers.get("x-trace-id"), id)
        assert.notMatch(id ?? "", /^0+$/)
        assert.notMatch(span ?? "", /^0+$/)
        assert.strictEqual(Number.parseInt(flags ?? "", 16) & 1, 0)
        const again = yield* get(path, {}, method)
        assert.notStrictEqual(again.headers.get("x-trace-id"), id)

        for (const sampled of [0, 1]) {
          const continued = yield* get(path, { traceparent: `${caller}0${sampled}` }, method)
          assert.strictEqual(continued.status, status)
          const [, theirs, spanId, flag] = level2.exec(continued.headers.get("traceresponse") ?? "") ?? []
          assert.strictEqual(theirs, traceId)
          assert.strictEqual(continued.headers.get("x-trace-id"), traceId)
          assert.notStrictEqual(spanId, "00f067aa0ba902b7")
          assert.strictEqual(Number.parseInt(flag ?? "", 16) & 1, sampled)
        }
      }).pipe(Effect.provide(server())))
  }

  /** What comes back for these bytes. */
  const raw = (bytes: string) =>
    Effect.flatMap(Endpoint, ({ url = "" }) =>
      Effect.callback<string>((resume) => {
        let answer = ""
        const socket = connect(Number(new URL(url).port), "127.0.0.1", () => void socket.end(bytes))
        socket.setEncoding("utf8").on("data", (chunk) => {
          answer += String(chunk)
        })
        socket.on("error", () => resume(Effect.succeed(answer)))
        socket.on("close", () => resume(Effect.succeed(answer)))
      }))

  it.live("also what never becomes a request", () =>
    Effect.gen(function*() {
      for (
        const [bytes, status] of [
          ["this is no HTTP\r\n\r\n", 400],
          [`GET /health/live HTTP/1.1\r\nx: ${"y".repeat(20_000)}\r\n\r\n`, 431],
          ["GET /health/live HTTP/1.1\r\nconnection: close\r\n\r\n", 200]
        ] as const
      ) {
        const answer = yield* raw(bytes)
        assert.match(answer, new RegExp(`^HTTP/1.1 ${status} `))
        const [, id] = /\r\ntraceresponse: 00-([0-9a-f]{32})-[0-9a-f]{16}-0[0-3]\r\n/.exec(answer) ?? []
        assert.isDefined(id, answer)
        assert.include(answer, `\r\nx-trace-id: ${id}\r\n`)
        if (status !== 200) assert.include(answer, `"request_id":"${id}"`)
      }
    }).pipe(Effect.provide(server())))

  it.live("errors have one shape that names the request, and tell nothing of the inside", () =>
    Effect.gen(function*() {
      for (const [path, code] of [["/nowhere", "not_found"], ["/dies", "internal"]] as const) {
        const { body, headers } = yield* get(path)
        const { error } = Result.getOrThrow(decodeError(body))
        assert.strictEqual(error.code, code)
        assert.strictEqual(error.request_id, headers.get("x-trace-id"))
        assert.notInclude(body, "secret")
      }
    }).pipe(Effect.provide(server())))

  it.live("what cannot be continued begins a trace of its own", () =>
    Effect.gen(function*() {
      for (
        const traceparent of [
          `ff-${traceId}-00f067aa0ba902b7-01`,
          `00-${"0".repeat(32)}-00f067aa0ba902b7-01`,
          `00-${traceId}-${"0".repeat(16)}-01`,
          `${caller}01-more`,
          `${caller}01, ${caller}01`
        ]
      ) {
        const { headers } = yield* get("/health/live", { traceparent })
        assert.notStrictEqual(headers.get("x-trace-id"), traceId, traceparent)
      }
      const { headers } = yield* get("/health/live", { traceparent: `cc-${traceId}-00f067aa0ba902b7-01-what-follows` })
      assert.strictEqual(headers.get("x-trace-id"), traceId)
    }).pipe(Effect.provide(server())))

  it.live("with a tracer that makes no ids as well", () =>
    Effect.gen(function*() {
      const { headers } = yield* get("/health/live")
      assert.match(headers.get("traceresponse") ?? "", level2)
    }).pipe(
      Effect.provide(
        server().pipe(Layer.provide(Layer.succeed(
          Tracer.Tracer,
          Tracer.make({
            span: (options) => Object.create(Tracer.nativeTracer.span(options), { traceId: { value: "noop" } })
          })
        )))
      )
    ))

  it.live("the request's span is the current one inside the handler, and ends once", () => {
    const ended: Array<Tracer.Span> = []
    const recording = Tracer.make({
      span: (options) => {
        const span = new Tracer.NativeSpan(options)
        const end = span.end.bind(span)
        span.end = (endTime, exit) => {
          end(endTime, exit)
          ended.push(span)
        }
        return span
      }
    })
    return Effect.gen(function*() {
      const { body, headers } = yield* get("/current", { traceparent: `${caller}01` })
      const [, , spanId] = level2.exec(headers.get("traceresponse") ?? "") ?? []
      assert.deepStrictEqual(JSON.parse(body), { traceId, spanId, sampled: true })
      yield* get("/dies")
      yield* get("/nowhere")
      assert.deepStrictEqual(
        ended.map(({ attributes, kind, name, status }) => [
          name,
          kind,
          attributes.get("http.response.status_code"),
          status._tag === "Ended" ? status.exit._tag : status._tag
        ]),
        [
          ["GET /current", "server", 200, "Success"],
          ["GET /dies", "server", 500, "Failure"],
          ["GET /nowhere", "server", 404, "Success"]
        ]
      )
    }).pipe(Effect.provide(server().pipe(Layer.provide(Layer.succeed(Tracer.Tracer, recording)))))
  })
})

describe("health", () => {
  const ask = (checks: ReadonlyArray<HealthCheck>) =>
    Effect.gen(function*() {
      const health = yield* Health
      yield* health.add("ready", () => checks)
      const both = yield* get("/health")
      const ready = yield* get("/health/ready")
      const { ready: { checks: told }, status } = Result.getOrThrow(decodeHealth(both.body))
      assert.deepStrictEqual(told, checks)
      return [ready.status, both.status, status]
    }).pipe(Effect.scoped, Effect.provide(server()))

  const check = (status: HealthCheck["status"]): HealthCheck => ({ name: "log", status, reason: `it is ${status}` })

  it.live("is the worst of the checks: degraded still answers 200, failed 503, each with its reasons", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* ask([check("ok")]), [200, 200, "ok"])
      assert.deepStrictEqual(yield* ask([check("ok"), check("degraded")]), [200, 200, "degraded"])
      assert.deepStrictEqual(yield* ask([check("failed"), check("degraded")]), [503, 503, "failed"])
    }))

  it.live("before a run has begun the process is alive and not ready", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* get("/health/live")).status, 200)
      assert.strictEqual((yield* get("/health/ready")).status, 503)
    }).pipe(Effect.provide(server())))
})

describe("metrics over HTTP", () => {
  const openMetrics = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"

  it.live("in the format that is asked for", () =>
    Effect.gen(function*() {
      Metric.counter("things_total", { description: "Things", incremental: true }).updateUnsafe(
        2,
        yield* Effect.context()
      )
      const plain = yield* get("/metrics")
      assert.strictEqual(plain.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8")
      assert.include(plain.body, "# TYPE things_total counter\nthings_total 2\n")
      const open = yield* get("/metrics", { accept: openMetrics })
      assert.strictEqual(
        open.headers.get("content-type"),
        "application/openmetrics-text; version=1.0.0; charset=utf-8"
      )
      assert.strictEqual(parseOpenMetrics(open.body).get("things")?.samples[0]?.value, 2)
    }).pipe(Effect.provide(server())))

  it.live("switched off they are not there", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* get("/metrics", { accept: openMetrics })).status, 404)
      assert.strictEqual((yield* get("/health/live")).status, 200)
    }).pipe(Effect.provide(server(Exposition.layerOff))))
})

describe("the server", () => {
  it.live("describes itself", () =>
    Effect.gen(function*() {
      const document: unknown = JSON.parse((yield* get("/openapi.json")).body)
      const paths: unknown = Predicate.hasProperty(document, "paths") ? document.paths : undefined
      assert.containsAllKeys(paths, ["/canary", "/health", "/health/live", "/health/ready", "/metrics"])
    }).pipe(Effect.provide(server())))

  const held = Effect.acquireRelease(
    Effect.callback<{ readonly port: number; readonly close: () => void }>((resume) => {
      const other = createServer()
      other.listen(0, "127.0.0.1", () => {
        const address = other.address()
        const port = typeof address === "object" ? address?.port ?? 0 : 0
        resume(Effect.succeed({ port, close: () => other.close() }))
      })
    }),
    ({ close }) => Effect.sync(close)
  )

  it.live("takes a free port where its own is taken", () =>
    Effect.gen(function*() {
      const { port } = yield* held
      const context = yield* Layer.build(server(Exposition.layer, port))
      const { url } = Context.get(context, Endpoint)
      assert.isDefined(url)
      assert.notStrictEqual(url, `http://127.0.0.1:${port}`)
      const { status } = yield* Effect.provideContext(get("/health/live"), context)
      assert.strictEqual(status, 200)
    }).pipe(Effect.scoped))

  it.live("goes on without where nothing can be bound", () =>
    Effect.gen(function*() {
      const none = layerNodeServer(layerRoutes, { host: "203.0.113.1", port: 0 }).pipe(
        Layer.provide(Exposition.layerOff),
        Layer.provide([Health.layer, emptyLog, MemoryTraceStore.layer(), Logger.layer([])])
      )
      assert.isUndefined((yield* Effect.provide(Endpoint, none)).url)
    }))

  it.live("ends although a client holds its connection", () =>
    Effect.gen(function*() {
      const url = yield* Effect.gen(function*() {
        yield* get("/health/live", { connection: "keep-alive" })
        return (yield* Endpoint).url
      }).pipe(Effect.provide(server()))
      const refused = yield* Effect.promise(() => fetch(`${url}/health/live`).then(() => false, () => true))
      assert.isTrue(refused)
    }))

  it.live("cuts off a client that drips its headers, and answers others meanwhile", () =>
    Effect.gen(function*() {
      const { url } = yield* Endpoint
      const port = Number(new URL(url ?? "").port)
      const answer = yield* Effect.callback<string>((resume) => {
        const socket = connect(port, "127.0.0.1")
        let received = ""
        const drip = setInterval(() => socket.write("x"), 20)
        socket.write("GET /health/live HTTP/1.1\r\nHost: a\r\nX-Slow: ")
        socket.on("data", (bytes) => (received += bytes.toString()))
        socket.on("error", () => {})
        socket.on("close", () => {
          clearInterval(drip)
          resume(Effect.succeed(received))
        })
      })
      assert.match(answer, /^HTTP\/1.1 408 Request Timeout/)
      assert.strictEqual((yield* get("/health/live")).status, 200)
    }).pipe(Effect.timeout("10 seconds"), Effect.provide(server(Exposition.layer, 0, { headersMillis: 300 }))))
})

describe("who does not know what to ask", () => {
  it.live("finds at / every path that the API has, and each answers", () =>
    Effect.gen(function*() {
      const { body, headers } = yield* get("/")
      assert.match(headers.get("content-type") ?? "", /^application\/json/)
      const { questions } = JSON.parse(body)
      const paths: ReadonlyArray<string> = questions.flatMap((
        { method, path }: { readonly method: string; readonly path: string }
      ) => method === "GET" ? [path] : [])
      const openApi = JSON.parse((yield* get("/openapi.json")).body)
      const all = questions.map(({ path }: { readonly path: string }) => path)
      assert.includeMembers(all, ["/", "/openapi.json", ...Object.keys(openApi.paths)])
      // The stream of pulses has no end.
      for (const path of paths.filter((each) => each !== "/v1/live")) {
        const { body, status } = yield* get(path)
        assert.notInclude([405, 500], status, path)
        // Of an id that is none it says so: the path is there.
        if (status === 404) assert.notInclude(body, `there is no GET`, path)
      }
    }).pipe(Effect.provide(server())))

  it.live("is told by 405 how a path is asked, and what is nowhere by 404", () =>
    Effect.gen(function*() {
      for (const method of ["POST", "PUT", "DELETE", "PATCH"]) {
        const { body, headers, status } = yield* get("/health", {}, method)
        assert.deepStrictEqual([status, headers.get("allow")], [405, "GET, HEAD"], method)
        assert.strictEqual(Result.getOrThrow(decodeError(body)).error.code, "method_not_allowed")
        assert.strictEqual((yield* get("/nowhere", {}, method)).status, 404)
      }
      const head = yield* get("/health/live", {}, "HEAD")
      assert.deepStrictEqual([head.status, head.body], [200, ""])
    }).pipe(Effect.provide(server())))

  it.live("metrics that are off are not found, and not a wrong method", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* get("/metrics")).status, 404)
    }).pipe(Effect.provide(server(Exposition.layerOff))))
})
