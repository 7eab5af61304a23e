/**
 * Joins two kinds of events of one stream by key where their times are near: right time minus left time from `lowerMillis` to `upperMillis`.
 *
 * Two streams are joined by merging them first, into a payload that tells the sides apart. Each such pair comes out once, as soon as its
 * second event comes, whichever that is; its event time is the later of both. Inner; an outer join by `unmatched` of a side: the output of a
 * row that leaves and had no match, with the time at which that was certain.
 *
 * Order and arrays kept: what an array's events complete stays in their order, rows of one key in their order of arrival.
 * **Time.** Event time alone decides, so the answer depends neither on how the sides interleave nor on how often the watermark comes. What
 * is late meets the rows that are still held and is not kept.
 *
 * **State.** The rows that an event to come can still match: a left row until the watermark is `upperMillis` past it, a right row
 * `-lowerMillis`; at most `capacity`, if said: the row that came first goes, counted as `evicted`. About 250 bytes a row besides its value.
 * **Errors.** What user code throws ends the pipeline with the stage's name. **Tracing.** A pair continues the trace of the event that
 * completed it, linked to the other's; lineage names both.
 *
 * **Cost.** Two calls of `select` an event; for an event of a side a map look-up and a look at the other side's rows of its key: with
 * many of them in one interval, many.
 */
import type { Operator, StageServices } from "../stage/Stage.ts"
import type { Key } from "../state/Binary.ts"
import type { JoinOptions, JoinSide } from "./options.ts"
import { pairing } from "./pairing.ts"

export const intervalJoin = <A, K extends Key, L, R, B>(
  options: JoinOptions<A, B> & {
    readonly left: JoinSide<A, K, L, B>
    readonly right: JoinSide<A, K, R, B>
    /** Least and greatest right time minus left time, ms, both inclusive. */
    readonly lowerMillis: number
    readonly upperMillis: number
    readonly combine: (left: L, right: R) => B
  }
): Operator<A, B, never, StageServices> =>
  pairing({ ...options, lower: options.lowerMillis, upper: options.upperMillis })
