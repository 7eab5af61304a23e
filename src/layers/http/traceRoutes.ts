/** The query API of the trace backend: see `src/domain/api/traces.ts`. */
import { Clock, Effect, Result } from "effect"
import type { HttpServerRequest } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { PerigeeApi } from "../../domain/api/api.ts"
import { searchParameters } from "../../domain/api/traces.ts"
import { nearest } from "../../domain/text/nearest.ts"
import { summaryJson } from "../../domain/traces/answers/traceJson.ts"
import { timeOfNanos } from "../../domain/traces/nanos.ts"
import {
  type ParameterProblem,
  readRaw,
  readSearch,
  readTraceId,
  readWindow
} from "../../domain/traces/search/parameters.ts"
import { diffAnswer, traceAnswer, whyAnswer } from "../traces/query/askTraces.ts"
import { TraceReader } from "../traces/store/TraceStore.ts"
import { badParameter, notFound, storeFailure } from "./apiFailure.ts"

const orBad = <A>(read: Result.Result<A, ParameterProblem>) =>
  Result.isSuccess(read) ? Effect.succeed(read.success) : badParameter(read.failure)

/** A misspelt parameter would give an answer to another question. */
const onlyKnown = ({ url }: HttpServerRequest.HttpServerRequest) => {
  const known = Object.keys(searchParameters)
  const unknown = [...new URLSearchParams(url.split("?")[1] ?? "").keys()].find((name) => !known.includes(name))
  if (unknown === undefined) return Effect.void
  const meant = nearest(unknown, known)
  return badParameter({
    parameter: unknown,
    message: `${unknown}: there is no such parameter; ${
      meant === undefined ? `expected ${known.join(", ")}` : `did you mean ${meant}?`
    }`
  })
}

const notKept = (id: string) =>
  notFound(`no trace ${id} is kept; /v1/traces/${id}/why tells whether it was dropped`, { id })

const orNull = (nanos: bigint | undefined): number | null => nanos === undefined ? null : Number(nanos)

export const layerTraceRoutes = HttpApiBuilder.group(
  PerigeeApi,
  "traces",
  Effect.fnUntraced(function*(handlers) {
    const reader = yield* TraceReader
    const withReader = Effect.provideService(TraceReader, reader)
    return handlers
      .handle("search", ({ query, request }) =>
        Effect.gen(function*() {
          yield* onlyKnown(request)
          const asked = yield* orBad(readSearch(query, yield* Clock.currentTimeNanos))
          const { next, traces } = yield* Effect.catch(reader.search(asked), storeFailure)
          return { traces: traces.map(summaryJson), next: next ?? null }
        }))
      .handle("trace", ({ params, query }) =>
        Effect.gen(function*() {
          const id = yield* orBad(readTraceId(params.id))
          const raw = yield* orBad(readRaw(query.raw))
          const answer = yield* Effect.catch(withReader(traceAnswer(id, raw)), storeFailure)
          return answer ?? (yield* notKept(id))
        }))
      .handle("why", ({ params }) =>
        Effect.gen(function*() {
          const id = yield* orBad(readTraceId(params.id))
          return yield* Effect.catch(withReader(whyAnswer(id)), storeFailure)
        }))
      .handle("diff", ({ params }) =>
        Effect.gen(function*() {
          const a = yield* orBad(readTraceId(params.a, "a"))
          const b = yield* orBad(readTraceId(params.b, "b"))
          const answer = yield* Effect.catch(withReader(diffAnswer(a, b)), storeFailure)
          return "common" in answer ? answer : yield* notKept(answer[0] ?? a)
        }))
      .handle("services", () => Effect.map(Effect.catch(reader.services, storeFailure), (services) => ({ services })))
      .handle(
        "operations",
        ({ params }) =>
          Effect.map(Effect.catch(reader.operations(params.service), storeFailure), (operations) => ({ operations }))
      )
      .handle("serviceMetrics", ({ params, query }) =>
        Effect.gen(function*() {
          const window = yield* orBad(readWindow(query, yield* Clock.currentTimeNanos))
          const { p50Nanos, p95Nanos, p999Nanos, p99Nanos, ...counts } = yield* Effect.catch(
            reader.serviceMetrics(params.service, window),
            storeFailure
          )
          return {
            ...counts,
            start: timeOfNanos(window.start),
            end: timeOfNanos(window.end),
            p50Nanos: orNull(p50Nanos),
            p95Nanos: orNull(p95Nanos),
            p99Nanos: orNull(p99Nanos),
            p999Nanos: orNull(p999Nanos)
          }
        }))
      .handle("dependencies", ({ query }) =>
        Effect.gen(function*() {
          const window = yield* orBad(readWindow(query, yield* Clock.currentTimeNanos))
          const dependencies = yield* Effect.catch(reader.dependencies(window), storeFailure)
          return { start: timeOfNanos(window.start), end: timeOfNanos(window.end), dependencies }
        }))
  })
)
