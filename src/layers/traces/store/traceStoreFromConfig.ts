/** The trace store that the settings ask for, to write and to read, or to read beside the process that writes. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { type Config, Effect, Layer, Redacted } from "effect"
import { SecureRandom } from "effect/crypto"
import { join } from "node:path"
import { settings } from "../../config/settings.ts"
import { MemoryTraceStore } from "./MemoryTraceStore.ts"
import { SqliteTraceStore } from "./sqlite/SqliteTraceStore.ts"
import { type TraceReader, type TraceStore, TraceStoreError } from "./TraceStore.ts"

/** Of the trace backend in the data directory. */
export const tracesFolder = "traces"

const directory = Effect.map(settings.dataDirectory, (data) => join(data, tracesFolder))

const address = Effect.gen(function*() {
  const url = yield* settings.traceStoreUrl
  return url ?? (yield* new TraceStoreError({
    reason: "Invalid",
    message: "PERIGEE_TRACE_STORE_URL: expected the address of the store that PERIGEE_TRACE_STORE names"
  }))
})

// Loaded only where they are chosen: a start without them is sooner.
const postgres = Effect.gen(function*() {
  const url = Redacted.make(yield* address)
  const { PostgresTraceStore } = yield* Effect.promise(() => import("./postgres/PostgresTraceStore.ts"))
  return PostgresTraceStore.layer({ url })
})

const openSearch = Effect.gen(function*() {
  const url = yield* address
  const { OpenSearchTraceStore } = yield* Effect.promise(() => import("./openSearch/OpenSearchTraceStore.ts"))
  return OpenSearchTraceStore.layer({ url }).pipe(Layer.provide(NodeHttpClient.layerUndici))
})

/** A server that many processes write and read. */
const served = {
  postgres,
  opensearch: openSearch
} as const

/** The same behind Redis, where there is one. */
const cached = Effect.fnUntraced(function*<E>(store: Layer.Layer<TraceStore | TraceReader, E>) {
  const url = yield* settings.traceCacheUrl
  if (url === undefined) return store
  const { layerRedisTraceCache } = yield* Effect.promise(() => import("../cache/redisTraceCache.ts"))
  const { layerCachedTraces } = yield* Effect.promise(() => import("../cache/cachedTraces.ts"))
  const cache = layerRedisTraceCache({ url: Redacted.make(url) }).pipe(Layer.provide(SecureRandom.layerWebCrypto))
  return layerCachedTraces.pipe(Layer.provide(Layer.merge(store, cache)))
})

/** A file is a tenth of what may be kept at most, so that retention goes in small steps. */
const fileShare = 10
const mostFileBytes = 256 << 20
const leastFileBytes = 1 << 20

export const layerTraceStoreFromConfig: Layer.Layer<TraceStore | TraceReader, Config.ConfigError | TraceStoreError> =
  Layer.unwrap(Effect.gen(function*() {
    const log = yield* settings.log
    const store = yield* settings.traceStore
    if (store === "postgres" || store === "opensearch") return yield* cached(yield* served[store])
    if (store === "memory" || log === "memory") return MemoryTraceStore.layer()
    const most = yield* settings.traceRetentionBytes
    return yield* cached(SqliteTraceStore.layer({
      directory: yield* directory,
      fileBytes: Math.max(leastFileBytes, Math.min(mostFileBytes, Math.floor(most / fileShare)))
    }))
  }))

/** Fails with `NotFound` where nothing was kept. */
export const layerTraceReaderFromConfig: Layer.Layer<TraceReader, Config.ConfigError | TraceStoreError> = Layer.unwrap(
  Effect.gen(function*() {
    const store = yield* settings.traceStore
    if (store === "postgres" || store === "opensearch") return yield* cached(yield* served[store])
    if (store === "memory") {
      return yield* new TraceStoreError({ reason: "NotKept", message: "traces are in another process's memory" })
    }
    return SqliteTraceStore.layerReader(yield* directory)
  })
)
