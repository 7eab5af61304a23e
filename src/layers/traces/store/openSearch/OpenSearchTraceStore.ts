/**
 * A {@link TraceStore} in OpenSearch or Elasticsearch, over plain HTTP, for many machines: any number of processes write and read it.
 *
 * It is reached when it is first asked: a server that is away when the process starts makes the first calls fail with `Unavailable`, and the index is made once it answers.
 * `write` returns when searches see what was written, by default after the next refresh of the index, within a second. A trace with late spans is written anew as
 * a whole. `bytes` in the statistics and in retention are those of the spans.
 */
import { Context, Effect, Layer, Schema, Semaphore } from "effect"
import { HttpClient } from "effect/http"
import { TraceReader, TraceStore, TraceStoreError } from "../TraceStore.ts"
import { makeOpenSearchClient, type OpenSearchOptions } from "./openSearchClient.ts"
import { indexSettings, indexVersion } from "./openSearchIndex.ts"
import { makeOpenSearchReads } from "./openSearchReads.ts"
import { retainDocuments } from "./openSearchRetention.ts"
import { makeOpenSearchWrites } from "./openSearchWrites.ts"

export interface OpenSearchTraceStoreOptions extends OpenSearchOptions {
  /** `wait_for` (default): after the index's own refresh. `true`: at once, at the price of small segments. */
  readonly refresh?: "wait_for" | "true"
}

const Mappings = Schema.Record(
  Schema.String,
  Schema.Struct({
    mappings: Schema.Struct({
      _meta: Schema.optionalKey(Schema.Struct({ perigee: Schema.optionalKey(Schema.Finite) }))
    })
  })
)

const Created = Schema.Struct({ acknowledged: Schema.Boolean })

const make = Effect.fnUntraced(function*(options: OpenSearchTraceStoreOptions) {
  const { index = "perigee-traces", refresh = "wait_for" } = options
  const client = makeOpenSearchClient(yield* HttpClient.HttpClient, options)
  const one = yield* Semaphore.make(1)
  let ready = false

  const checked = Effect.gen(function*() {
    const known = yield* client.asked(Mappings, "GET", `/${index}/_mapping`)
    const version = Object.values(known)[0]?.mappings._meta?.perigee
    if (version === indexVersion) return
    return yield* new TraceStoreError({
      reason: "Invalid",
      message: `OpenSearch: the index ${index} is ${
        version === undefined ? "not one of Perigee's" : `of version ${version}, this program knows ${indexVersion}`
      }: name another`
    })
  })
  const opening = one.withPermits(1)(Effect.suspend(() =>
    ready ? Effect.void : Effect.gen(function*() {
      const { status } = yield* client.ask("HEAD", `/${index}`)
      if (status === 404) {
        // Another process may make it at the same moment: then it is there.
        yield* client.asked(Created, "PUT", `/${index}`, client.json(indexSettings)).pipe(
          Effect.catchIf(({ message }) => message.includes("resource_already_exists"), () => Effect.void)
        )
      }
      yield* checked
      ready = true
    })
  ))
  const asked = <A>(effect: Effect.Effect<A, TraceStoreError>): Effect.Effect<A, TraceStoreError> =>
    Effect.suspend(() => ready ? effect : Effect.andThen(opening, effect))

  const reads = makeOpenSearchReads(client, index)
  const write = makeOpenSearchWrites(client, index, refresh)
  return TraceStore.of({
    write: Effect.fn("TraceStore.write")((traces) => asked(write(traces))),
    retain: Effect.fn("TraceStore.retain")((retention) =>
      asked(Effect.gen(function*() {
        const { maxBytes, ...byAge } = retention
        const gone = yield* retainDocuments(client, index, byAge, 0)
        return maxBytes === undefined
          ? gone
          : gone + (yield* retainDocuments(client, index, { maxBytes }, (yield* reads.stats).bytes))
      }))
    ),
    trace: (traceId) => asked(reads.trace(traceId)),
    search: (query) => asked(reads.search(query)),
    services: asked(reads.services),
    operations: (service) => asked(reads.operations(service)),
    serviceMetrics: (service, window) => asked(reads.serviceMetrics(service, window)),
    dependencies: (window) => asked(reads.dependencies(window)),
    decision: (traceId) => asked(reads.decision(traceId)),
    linkedFrom: (traceId) => asked(reads.linkedFrom(traceId)),
    stats: asked(reads.stats)
  })
})

const layer = (
  options: OpenSearchTraceStoreOptions
): Layer.Layer<TraceStore | TraceReader, never, HttpClient.HttpClient> =>
  Layer.effectContext(
    Effect.map(make(options), (store) => Context.make(TraceStore, store).pipe(Context.add(TraceReader, store)))
  )

export const OpenSearchTraceStore = { layer }
