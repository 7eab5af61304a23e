/** The OpenSearch Layer of the trace store, on a real server. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { afterAll, beforeAll } from "vitest"
import { OpenSearchTraceStore } from "../../../../src/layers/traces/store/openSearch/OpenSearchTraceStore.ts"
import { TraceStore } from "../../../../src/layers/traces/store/TraceStore.ts"
import { type OpenSearchServer, startOpenSearch, whyNoOpenSearchTests } from "../../../support/openSearch.ts"
import { spanIdOf, storedSpan, traceIdOf, traceWrite } from "../../../support/traces/storedSpans.ts"
import { traceStoreContract } from "./contract/traceStoreContract.ts"

describe.skipIf(whyNoOpenSearchTests !== undefined)("traces in OpenSearch", { timeout: 60_000 }, () => {
  let server: OpenSearchServer
  let indices = 0
  beforeAll(async () => {
    server = await startOpenSearch()
  }, 180_000)
  afterAll(() => server.remove())

  const store = (index: string, url = server.url) =>
    OpenSearchTraceStore.layer({ url, index, refresh: "true" }).pipe(Layer.provide(NodeHttpClient.layerUndici))
  const newIndex = () => `traces-${++indices}`

  traceStoreContract(
    "OpenSearch",
    Effect.sync(() => {
      const index = newIndex()
      return { opened: (use) => Effect.scoped(Effect.provide(use, store(index))), durable: true }
    })
  )

  it.live("several writers of the same traces lose nothing", () =>
    Effect.gen(function*() {
      const index = newIndex()
      const ids = Array.from({ length: 10 }, (_, n) => traceIdOf(n + 1))
      const writer = (n: number) =>
        Effect.gen(function*() {
          const { write } = yield* TraceStore
          const span = storedSpan({ spanId: spanIdOf(10 + n) })
          yield* write(ids.map((traceId) => traceWrite([{ ...span, traceId }], { revision: n, traceId })))
        }).pipe(Effect.provide(store(index)))
      yield* Effect.forEach([1, 2, 3, 4], writer, { concurrency: "unbounded", discard: true })
      const { spans, traces } = yield* TraceStore.use((own) => own.stats).pipe(Effect.provide(store(index)))
      assert.deepStrictEqual([traces, spans], [10, 40])
    }))

  it.live("an index that is not ours is refused, and stays as it is", () =>
    Effect.gen(function*() {
      yield* Effect.promise(() => fetch(`${server.url}/others`, { method: "PUT" }))
      const error = yield* Effect.flip(TraceStore.use((own) => own.stats)).pipe(Effect.provide(store("others")))
      assert.strictEqual(error.reason, "Invalid")
      assert.include(error.message, "name another")
    }))

  it.live("a server that was killed and is back: told, and the same Layer goes on", () =>
    Effect.gen(function*() {
      const own = yield* TraceStore
      yield* own.write([traceWrite([storedSpan({ spanId: spanIdOf(1) })])])
      yield* Effect.promise(() => server.kill())
      const error = yield* Effect.flip(own.write([traceWrite([storedSpan({ spanId: spanIdOf(2) })])]))
      assert.strictEqual(error.reason, "Unavailable")
      yield* Effect.promise(() => server.start())
      yield* own.write([traceWrite([storedSpan({ spanId: spanIdOf(2) })])])
      assert.strictEqual((yield* own.stats).spans, 2)
    }).pipe(Effect.provide(store(newIndex()))), 180_000)

  it.live("a server that is not there is told when it is asked", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(TraceStore.use((own) => own.stats))
      assert.strictEqual(error.reason, "Unavailable")
      assert.notInclude(error.message, "secret")
    }).pipe(Effect.provide(store("x", "http://user:secret@127.0.0.1:1"))))
})
