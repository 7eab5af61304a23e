/**
 * Joins two kinds of events of one stream by key, over all time or within a time to live.
 *
 * Two streams are joined by merging them first, into a payload that tells the sides apart. Each pair with the same key comes out once, as
 * soon as its second event comes, whichever that is; its event time is the later of both. Inner; an outer join by `unmatched` of a side: the
 * output of a row that leaves and had no match, with the time at which that was certain.
 *
 * Order and arrays kept: what an array's events complete stays in their order, rows of one key in their order of arrival.
 * **Time.** An event matches what is at most its side's `ttlMillis` younger and at most the other side's older (both inclusive), so the answer
 * depends neither on how the sides interleave nor on how often the watermark comes. A row leaves when the watermark has passed its last match.
 *
 * **State.** The rows of both sides. *Without `ttlMillis` or `capacity` a side is kept for ever*: that is what a join over all time means;
 * `entries` tells how many. `unique` sides save what has met its only match. Over `capacity` the row that came first goes, counted as
 * `evicted`. About 250 bytes a row besides its value. **Errors.** What user code throws ends the pipeline with the stage's name.
 * **Tracing.** A pair continues the trace of the event that completed it, linked to the other's; lineage names both.
 *
 * **Cost.** Two calls of `select` an event; for an event of a side a map look-up and a look at the other side's rows of its key.
 */
import type { Operator, StageServices } from "../stage/Stage.ts"
import type { Key } from "../state/Binary.ts"
import type { JoinOptions, JoinSide } from "./options.ts"
import { pairing } from "./pairing.ts"

export type { JoinOptions, JoinSide } from "./options.ts"

/** A side that may forget. */
export interface TtlSide<in A, out K extends Key, in out V, out B> extends JoinSide<A, K, V, B> {
  /** For how long after its own time an event can be matched, ms of event time. For ever if not said. */
  readonly ttlMillis?: number
}

export const join = <A, K extends Key, L, R, B>(
  options: JoinOptions<A, B> & {
    readonly left: TtlSide<A, K, L, B>
    readonly right: TtlSide<A, K, R, B>
    readonly combine: (left: L, right: R) => B
  }
): Operator<A, B, never, StageServices> => {
  const { left, right } = options
  return pairing({ ...options, lower: -(right.ttlMillis ?? Infinity), upper: left.ttlMillis ?? Infinity })
}
