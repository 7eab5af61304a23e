/**
 * Jaeger's query APIs, so that what reads Jaeger reads Perigee: `/api/v3/*`, and of the first API what Grafana's data source and older clients call.
 *
 * Answers are those that Jaeger gave for the same spans, but for its flaws: JSON is called JSON, what is missing has a default instead of a 500, an
 * operation's kind is told and asked for, `error=true` means the status. Clock skew is corrected unless `raw` (v3: `raw_traces`) says not to.
 */
import { Clock, Effect, Layer, Option, Schema } from "effect"
import { HttpRouter, type HttpServerRequest, HttpServerResponse } from "effect/http"
import { assembleTrace } from "../../../domain/traces/assembly/assembleTrace.ts"
import { v1Trace } from "../../../domain/traces/jaeger/v1Trace.ts"
import { type ParameterProblem, readTraceId } from "../../../domain/traces/search/parameters.ts"
import type { TraceQuery } from "../../../domain/traces/TraceQuery.ts"
import { assembledTrace } from "../../traces/query/askTraces.ts"
import { TraceReader, TraceStoreError } from "../../traces/store/TraceStore.ts"
import { dependencyWindow, v1Query, v3Query } from "./jaegerQuery.ts"
import { resourceSpans } from "./v3Trace.ts"

type Failure = ParameterProblem | TraceStoreError | "missing"

const isStoreError = Schema.is(TraceStoreError)

const statusOf = (failure: Failure): readonly [status: number, message: (version: 1 | 3) => string] =>
  failure === "missing"
    ? [404, (version) => version === 1 ? "trace not found" : "No traces found"]
    : isStoreError(failure)
    ? [failure.reason === "Invalid" ? 400 : 503, () => failure.message]
    : [400, () => failure.message]

const v1 = (data: unknown, total = Array.isArray(data) ? data.length : 0) =>
  HttpServerResponse.jsonUnsafe({ data, total, limit: 0, offset: 0, errors: null })

const v1Failure = (failure: Failure) => {
  const [code, message] = statusOf(failure)
  return HttpServerResponse.jsonUnsafe(
    { data: null, total: 0, limit: 0, offset: 0, errors: [{ code, msg: message(1) }] },
    { status: code }
  )
}

const v3Failure = (failure: Failure) => {
  const [httpCode, message] = statusOf(failure)
  return HttpServerResponse.jsonUnsafe({ error: { httpCode, message: message(3) } }, { status: httpCode })
}

const searchOf = ({ url }: HttpServerRequest.HttpServerRequest): URLSearchParams =>
  new URLSearchParams(url.split("?")[1] ?? "")

const found = Effect.fnUntraced(function*(query: TraceQuery, raw: boolean) {
  const reader = yield* TraceReader
  const { traces } = yield* reader.search(query)
  const records = yield* Effect.forEach(traces, ({ traceId }) => reader.trace(traceId))
  return records.flatMap((record) => Option.isSome(record) ? [assembleTrace(record.value, { raw })] : [])
})

const one = Effect.fnUntraced(function*(text: string, raw: boolean) {
  const trace = yield* assembledTrace(yield* Effect.fromResult(readTraceId(text, "trace_id")), { raw })
  return trace ?? (yield* Effect.fail("missing" as const))
})

const param = Effect.map(HttpRouter.params, (params) => (name: string) => params[name] ?? "")

type Answer = (
  search: URLSearchParams,
  param: (name: string) => string
) => Effect.Effect<HttpServerResponse.HttpServerResponse, Failure, TraceReader>

const operationsOf = Effect.fnUntraced(function*(service: string, kind: string | null) {
  const operations = yield* TraceReader.use((reader) => reader.operations(service))
  return operations.filter((operation) => kind === null || kind === "" || operation.kind === kind.toLowerCase())
})

const v1Answers: Readonly<Record<`/api/${string}`, Answer>> = {
  "/api/services": () => Effect.map(TraceReader.use((reader) => reader.services), (services) => v1(services)),
  "/api/services/:service/operations": (_, param) =>
    Effect.map(
      operationsOf(param("service"), null),
      (operations) => v1(Array.from(new Set(operations.map(({ name }) => name))))
    ),
  "/api/operations": (search) =>
    Effect.map(
      operationsOf(search.get("service") ?? "", search.get("spanKind")),
      (operations) => v1(operations.map(({ kind, name }) => ({ name, spanKind: kind })))
    ),
  "/api/traces": (search) =>
    Effect.gen(function*() {
      const raw = search.get("raw") === "true"
      const ids = search.getAll("traceID")
      if (ids.length > 0) return v1((yield* Effect.forEach(ids, (id) => one(id, raw))).map(v1Trace), 0)
      const query = yield* Effect.fromResult(v1Query(search, yield* Clock.currentTimeNanos))
      return v1((yield* found(query, raw)).map(v1Trace), 0)
    }),
  "/api/traces/:id": (search, param) =>
    Effect.map(one(param("id"), search.get("raw") === "true"), (trace) => v1([v1Trace(trace)], 0)),
  "/api/dependencies": (search) =>
    Effect.gen(function*() {
      const window = yield* Effect.fromResult(dependencyWindow(search, yield* Clock.currentTimeNanos))
      const dependencies = yield* TraceReader.use((reader) => reader.dependencies(window))
      return v1(dependencies.map(({ calls, child, parent }) => ({ parent, child, callCount: calls })), 0)
    })
}

const v3Answers: Readonly<Record<`/api/v3/${string}`, Answer>> = {
  "/api/v3/services": () =>
    Effect.map(TraceReader.use((reader) => reader.services), (services) => HttpServerResponse.jsonUnsafe({ services })),
  "/api/v3/operations": (search) =>
    Effect.map(
      operationsOf(search.get("service") ?? "", search.get("span_kind")),
      (operations) =>
        HttpServerResponse.jsonUnsafe({ operations: operations.map(({ kind, name }) => ({ name, spanKind: kind })) })
    ),
  "/api/v3/traces": (search) =>
    Effect.gen(function*() {
      const query = yield* Effect.fromResult(v3Query(search))
      const traces = yield* found(query, search.get("query.raw_traces") === "true")
      if (traces.length === 0) return yield* Effect.fail("missing" as const)
      return HttpServerResponse.jsonUnsafe({ result: { resourceSpans: resourceSpans(traces) } })
    }),
  "/api/v3/traces/:id": (search, param) =>
    Effect.map(
      one(param("id"), search.get("raw_traces") === "true"),
      (trace) => HttpServerResponse.jsonUnsafe({ result: { resourceSpans: resourceSpans([trace]) } })
    )
}

const route = (
  path: `/${string}`,
  answer: Answer,
  failed: (failure: Failure) => HttpServerResponse.HttpServerResponse
) =>
  HttpRouter.add("GET", path, (request) =>
    Effect.gen(function*() {
      return yield* answer(searchOf(request), yield* param)
    }).pipe(Effect.catch((failure) => Effect.succeed(failed(failure)))))

export const layerJaegerRoutes = Layer.mergeAll(
  Layer.empty,
  ...Object.entries(v1Answers).map(([path, answer]) => route(`/${path.slice(1)}`, answer, v1Failure)),
  ...Object.entries(v3Answers).map(([path, answer]) => route(`/${path.slice(1)}`, answer, v3Failure))
)
