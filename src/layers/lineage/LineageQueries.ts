/** What is asked of lineage, what can go wrong, and what a store of it is: for those who make one. */
import { type Effect, Schema } from "effect"
import type { LineageAnswer } from "../../domain/lineage/LineageAnswer.ts"
import type { LineageRecord } from "../../domain/lineage/LineageRecord.ts"
import type { UtcTime } from "../../domain/time/UtcTime.ts"

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
