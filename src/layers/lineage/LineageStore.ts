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
import { Context, Effect, Layer, Schema } from "effect"
import type { LineageAnswer } from "../../domain/lineage/LineageAnswer.ts"
import type { LineageRecord } from "../../domain/lineage/LineageRecord.ts"
import type { UtcTime } from "../../domain/time/UtcTime.ts"
import { makeMemoryGraph } from "./memoryGraph.ts"
import { makeLineageStore } from "./writeBehind.ts"

/**
 * `NotFound`: there is no store to read. `Invalid`: another version of this program wrote it. `Corrupt`: it is damaged. `Unavailable`:
 * it cannot be read now.
 */
export class LineageError extends Schema.TaggedError<LineageError>()("LineageError", {
  reason: Schema.Literals(["NotFound", "Invalid", "Corrupt", "Unavailable"]),
  message: Schema.String,
  cause: Schema.optionalKey(Schema.Defect())
}) {}

/** Questions. Walks go at most 64 edges deep and to 10,000 nodes, and say when there was more. */
export interface LineageQueries {
  /** Every input of an output, or of all versions of an alert; `undefined` for an id that is not known. */
  readonly backward: (id: string) => Effect.Effect<LineageAnswer | undefined, LineageError>
  /** Every output that an input touched; `undefined` for an id that is not known. */
  readonly forward: (id: string) => Effect.Effect<LineageAnswer | undefined, LineageError>
  /** The alerts touched by what a source gave with a sensor timestamp from `since` to before `until`. */
  readonly bySource: (sourceId: string, since: UtcTime, until: UtcTime) => Effect.Effect<LineageAnswer, LineageError>
}

/** Records since the store was opened: `offered` = `written` + `dropped` + those still waiting. `evicted` counts nodes. */
export interface LineageCounts {
  readonly offered: number
  readonly written: number
  readonly dropped: number
  readonly evicted: number
}

export interface LineageStoreShape extends LineageQueries {
  /** False for one that is off. */
  readonly keeps: boolean
  /** Never waits and never fails. The records must not be changed afterwards. */
  readonly offer: (records: ReadonlyArray<LineageRecord>) => void
  /** Writes what waits. */
  readonly flush: Effect.Effect<void>
  readonly counts: () => LineageCounts
}

export interface LineageRetention {
  /** How long a node is kept after it was last named (default 30 days). */
  readonly retentionMillis?: number
  /** Most nodes (default 1,000,000). */
  readonly capacity?: number
}

export interface LineageStoreOptions extends LineageRetention {
  /** Most records that wait to be written (default 10,000). */
  readonly buffer?: number
}

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
