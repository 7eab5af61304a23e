/** What the windows of one operator have in common, and what they give. */
import type { Batch } from "../../domain/stream/Batch.ts"
import type { Place } from "../../domain/stream/Place.ts"
import type { UtcTime } from "../../domain/time/UtcTime.ts"
import type { StatePart } from "../../layers/stage/StageState.ts"
import type { Aggregate } from "../aggregates/Aggregate.ts"
import type { Collector } from "../stage/Stage.ts"

/** What windows are kept apart by; `undefined` where there is no key. */
export type WindowKey = number | string | undefined

export interface WindowResult<out K, out R> {
  readonly key: K
  readonly start: UtcTime
  readonly end: UtcTime
  readonly value: R
  /** `retract` takes back the insert with the same key, start, end, value and version. */
  readonly operation: "insert" | "retract"
  /** 0 for a window's first value, one more for each correction. */
  readonly version: number
}

export interface WindowSettings<A, K extends WindowKey, Acc, R> {
  readonly key: (payload: A, place: Place) => K
  /** False where all events have the same key. */
  readonly isKeyed: boolean
  readonly aggregate: Aggregate<A, Acc, R>
  readonly allowedLatenessMillis: number
  readonly maxEntries: number
}

/** The state of a window operator. */
export interface Windows<A, K extends WindowKey, R> {
  onBatch(batch: Batch<A>, collector: Collector<WindowResult<K, R>>): void
  onWatermark(time: UtcTime, collector: Collector<WindowResult<K, R>>): void
  parts(): ReadonlyArray<StatePart>
  /** To be called when the parts have taken up what was kept. */
  ready(): void
}
