/**
 * Where lineage records go, and who answers from them.
 *
 * **Cost to the pipeline.** `offer` puts the records into a bounded buffer and returns: no effect, no wait, no failure. They are written in
 * batches some moments later. What finds the buffer full, or cannot be written, is dropped and counted.
 *
 * **What is kept.** The records' graph (see LineageRecord.ts) for `retentionMillis`, at most `capacity` nodes; then the oldest go, those
 * of alerts and their inputs last. All that go are counted.
 *
 * **Answers** hold what was offered before the question. A record that is offered twice counts once, and the order does not matter.
 */
import { Context, Effect, Layer } from "effect"
import type { LineageCounts, LineageQueries, LineageStoreOptions, LineageStoreShape } from "./LineageQueries.ts"
import { makeMemoryGraph } from "./memoryGraph.ts"
import { makeLineageStore } from "./writeBehind.ts"

export * from "./LineageQueries.ts"

/** Answers without the right to write: for a process beside the one that runs. */
export class LineageReader
  extends Context.Service<LineageReader, LineageQueries>()("perigee/layers/stores/LineageReader")
{}

const noCounts: LineageCounts = { offered: 0, written: 0, dropped: 0, evicted: 0 }

const off: LineageStoreShape = {
  keeps: false,
  offer: () => {},
  flush: Effect.void,
  counts: () => noCounts,
  backward: () => Effect.undefined,
  forward: () => Effect.undefined,
  bySource: (id) =>
    Effect.succeed({ id, direction: "forward", matched: [], reached: [], edges: [], steps: [], truncated: false })
}

/** The default keeps nothing. */
export class LineageStore extends Context.Reference<LineageStoreShape>("perigee/layers/stores/LineageStore", {
  defaultValue: () => off
}) {
  /** Keeps nothing, knows nothing, counts nothing. */
  static readonly layerOff = Layer.succeed(LineageStore, off)

  /** In memory, gone with the scope. */
  static readonly layerMemory = (options: LineageStoreOptions = {}): Layer.Layer<never> =>
    Layer.effect(
      LineageStore,
      Effect.suspend(() => makeLineageStore(makeMemoryGraph(options), (body) => Effect.sync(body), options))
    )
}
