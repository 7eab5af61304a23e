/**
 * A lineage store around a graph: offers wait in a buffer, a fiber writes them in batches, each in one synchronous turn. A turn is short
 * (256 records), so that a burst does not hold the event loop, and every batch is taken and written in the same turn, so that nothing is
 * lost between the two when the fiber is interrupted. What still waits when the scope closes is written then.
 */
import { Clock, Effect, type Scope } from "effect"
import type { LineageRecord } from "../../domain/lineage/LineageRecord.ts"
import { rowsOf } from "../../domain/lineage/lineageRows.ts"
import { answerFor, answerForSource } from "./answer.ts"
import type { ReadableGraph, WritableGraph } from "./LineageGraph.ts"
import type { LineageError, LineageQueries, LineageStoreOptions, LineageStoreShape } from "./LineageQueries.ts"

/** Runs a synchronous read of the graph, and tells what it throws. */
export type Attempt = <A>(body: () => A) => Effect.Effect<A, LineageError>

export const makeQueries = <K>(graph: ReadableGraph<K>, attempt: Attempt): LineageQueries => ({
  backward: Effect.fn("LineageStore.backward")((id) => attempt(() => answerFor(graph, id, "backward"))),
  forward: Effect.fn("LineageStore.forward")((id) => attempt(() => answerFor(graph, id, "forward"))),
  bySource: Effect.fn("LineageStore.bySource")((sourceId, since, until) =>
    attempt(() => answerForSource(graph, sourceId, since, until))
  )
})

const batchSize = 256

const pause = "200 millis"

const defaultBuffer = 10_000

export const makeLineageStore = Effect.fnUntraced(function*<K>(
  graph: WritableGraph<K>,
  attempt: Attempt,
  { buffer = defaultBuffer }: LineageStoreOptions
): Effect.fn.Return<LineageStoreShape, never, Scope.Scope> {
  const clock = yield* Clock.Clock
  const pending: Array<LineageRecord> = []
  const counts = { offered: 0, written: 0, dropped: 0, evicted: 0 }
  let failing = false

  /** Takes a batch and writes it; what it throws is given back. */
  const writeBatch = (): unknown => {
    const batch = pending.splice(0, batchSize)
    const now = clock.currentTimeMillisUnsafe()
    try {
      graph.write(batch.map(rowsOf), now)
      counts.written += batch.length
      counts.evicted += graph.evict(now)
      return undefined
    } catch (cause) {
      counts.dropped += batch.length
      return cause
    }
  }

  const flush = Effect.gen(function*() {
    while (pending.length > 0) {
      const cause = writeBatch()
      if (cause !== undefined && !failing) yield* Effect.logWarning("lineage cannot be written and is dropped", cause)
      failing = cause !== undefined
      yield* Effect.yieldNow
    }
  })

  yield* Effect.addFinalizer(() => flush)
  yield* Effect.sleep(pause).pipe(Effect.andThen(flush), Effect.forever, Effect.forkScoped)

  const { backward, bySource, forward } = makeQueries(graph, attempt)
  return {
    keeps: true,
    offer: (records) => {
      counts.offered += records.length
      for (const record of records) {
        if (pending.length < buffer) pending.push(record)
        else counts.dropped++
      }
    },
    flush,
    counts: () => counts,
    backward: (id) => Effect.andThen(flush, backward(id)),
    forward: (id) => Effect.andThen(flush, forward(id)),
    bySource: (sourceId, since, until) => Effect.andThen(flush, bySource(sourceId, since, until))
  }
})
