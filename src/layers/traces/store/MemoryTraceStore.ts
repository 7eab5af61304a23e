/** A {@link TraceStore} in memory, gone with the process: for runs that keep nothing, for tests, and as what other stores are held against. */
import { Context, Effect, Layer, Option, Result } from "effect"
import { makeMemoryTraces } from "./memoryTraces.ts"
import { noToken } from "./pagePlace.ts"
import { TraceReader, TraceStore, TraceStoreError } from "./TraceStore.ts"

const defaultMaxBytes = 64 << 20

/** `maxBytes`: an estimate (default 64 MiB). */
const layer = (
  { maxBytes = defaultMaxBytes }: { readonly maxBytes?: number } = {}
): Layer.Layer<TraceStore | TraceReader> =>
  Layer.effectContext(Effect.sync(() => {
    const traces = makeMemoryTraces(maxBytes)
    const store = TraceStore.of({
      write: Effect.fn("TraceStore.write")((writes) =>
        Effect.fromResult(
          Result.mapError(
            traces.write(writes),
            (cause) => new TraceStoreError({ reason: "Invalid", message: `no span: ${cause.message}`, cause })
          )
        )
      ),
      retain: (retention) => Effect.sync(() => traces.retain(retention)),
      trace: (traceId) => Effect.sync(() => Option.fromUndefinedOr(traces.trace(traceId))),
      search: (query) =>
        Effect.suspend(() => {
          const page = traces.search(query)
          return page === undefined
            ? Effect.fail(
              noToken(query.page ?? "")
            )
            : Effect.succeed(page)
        }),
      services: Effect.sync(traces.services),
      operations: (service) => Effect.sync(() => traces.operations(service)),
      serviceMetrics: (service, window) => Effect.sync(() => traces.serviceMetrics(service, window)),
      dependencies: (window) => Effect.sync(() => traces.dependencies(window)),
      decision: (traceId) => Effect.sync(() => Option.fromUndefinedOr(traces.decision(traceId))),
      linkedFrom: (traceId) => Effect.sync(() => traces.linkedFrom(traceId)),
      stats: Effect.sync(traces.stats)
    })
    return Context.make(TraceStore, store).pipe(Context.add(TraceReader, store))
  }))

export const MemoryTraceStore = { layer }
