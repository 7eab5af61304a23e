/** The process's HTTP server with traces in memory, asked as any client would. */
import { Effect, Layer, Logger, Metric, Schema } from "effect"
import { Health } from "../../../src/layers/health/Health.ts"
import type { AccessTokens } from "../../../src/layers/http/accessTokens.ts"
import { Endpoint } from "../../../src/layers/http/Endpoint.ts"
import { layerNodeServer } from "../../../src/layers/http/NodeServer.ts"
import { layerRoutes } from "../../../src/layers/http/routes.ts"
import { Collectors } from "../../../src/layers/metrics/Collectors.ts"
import { Exposition } from "../../../src/layers/metrics/Exposition.ts"
import { MemoryTraceStore } from "../../../src/layers/traces/store/MemoryTraceStore.ts"
import { emptyLog } from "../emptyLog.ts"

export const traceServerWith = (options: { readonly tokens?: AccessTokens }) =>
  layerNodeServer(layerRoutes, { host: "127.0.0.1", port: 0, ...options }).pipe(
    Layer.provide(Exposition.layer),
    Layer.provide(Layer.mergeAll(Health.layer, Collectors.layer, emptyLog)),
    Layer.provide(Layer.effect(Metric.MetricRegistry, Effect.sync(() => new Map()))),
    Layer.provideMerge(MemoryTraceStore.layer()),
    Layer.provide(Logger.layer([]))
  )

export const traceServer = traceServerWith({})

export interface Got {
  readonly status: number
  readonly type: string
  readonly traceId: string
  readonly body: unknown
}

export const getJson = (path: string, headers: Record<string, string> = {}): Effect.Effect<Got, never, Endpoint> =>
  Effect.gen(function*() {
    const { url } = yield* Endpoint
    return yield* Effect.promise(async () => {
      const response = await fetch(`${url}${path}`, { headers })
      const text = await response.text()
      return {
        status: response.status,
        type: response.headers.get("content-type") ?? "",
        traceId: response.headers.get("x-trace-id") ?? "",
        body: text === "" ? undefined : JSON.parse(text)
      }
    })
  })

/** What was answered, decoded by its schema. */
export const got = <S extends Schema.ConstraintDecoder<unknown>>(schema: S, path: string) =>
  Effect.flatMap(
    getJson(path),
    ({ body, status }) =>
      status === 200
        ? Schema.decodeUnknownEffect(schema)(body)
        : Effect.die(new Error(`${path}: ${status}: ${JSON.stringify(body)}`))
  )
