/**
 * Joins two kinds of events of one stream by key where both are in the same window, tumbling or sliding.
 *
 * Two streams are joined by merging them first, into a payload that tells the sides apart. `inner`: each pair of a window comes out once;
 * `semi`: each left event once a window in which its key has a right event, with the first of those. Outputs do not wait for the window to
 * close: they come with the event that completes them, and have the later time of both. An outer join by `unmatched` of a side: the
 * output of a row that had no match when its window closed, with the window's last millisecond as its time.
 *
 * Windows are [start, end), whole multiples of `slideMillis` (by default `sizeMillis`: tumbling) after `offsetMillis`; an event is in
 * size / slide of them (where windows leave gaps, an event in a gap is filtered, reason `in no window`). A window closes when the watermark is at its last millisecond; an event none of whose windows is open is dead-lettered
 * as `Late`, one of which some are open counts there.
 *
 * Order and arrays kept. **State.** The rows of the windows that are open; in a `semi` join one right row a key and the left rows that
 * wait. At most `capacity` rows, if said: the row that came first goes, counted as `evicted`. About 250 bytes a row besides its
 * value. **Errors.** What user code throws ends the pipeline with the stage's name. **Tracing.** As for `join`.
 *
 * **Cost.** Two calls of `select` an event; for an event of a side, for each of its windows, a map look-up and a look at the other
 * side's rows of its key.
 */
import type { Place } from "../../domain/stream/Place.ts"
import { type Collector, columns, direct, type Operator, type StageServices } from "../stage/Stage.ts"
import type { Key } from "../state/Binary.ts"
import { timePart } from "../state/Cell.ts"
import { structure } from "../state/State.ts"
import type { JoinOptions, JoinSide } from "./options.ts"
import { rowsPart } from "./rowsPart.ts"
import type { SideOptions } from "./Side.ts"
import { eachSide, take } from "./take.ts"
import { type JoinWindow, type OpenWindow, Windows } from "./Windows.ts"

export type { JoinWindow } from "./Windows.ts"

export interface WindowJoinOptions<in A, in out K extends Key, in out L, in out R, in out B> extends JoinOptions<A, B> {
  readonly window: { readonly sizeMillis: number; readonly slideMillis?: number; readonly offsetMillis?: number }
  readonly type?: "inner" | "semi"
  readonly left: JoinSide<A, K, L, B>
  readonly right: JoinSide<A, K, R, B>
  readonly combine: (left: L, right: R, window: JoinWindow) => B
}

const sideOptions = <A, K extends Key, V, B>(
  { unique = false, unmatched }: JoinSide<A, K, V, B>,
  keepsFirst: boolean
): SideOptions<V, B> => ({
  low: -Infinity,
  high: Infinity,
  keeps: keepsFirst ? "first" : unique ? "last" : "all",
  timed: false,
  unmatched
})

export const windowJoin = <A, K extends Key, L, R, B>(
  options: WindowJoinOptions<A, K, L, R, B>
): Operator<A, B, never, StageServices> => {
  const { capacity = Infinity, combine, edge = direct, left, name, right, type = "inner", window } = options
  const { offsetMillis: offset = 0, sizeMillis: size } = window
  const slide = window.slideMillis ?? size
  const flipped = (ofRight: R, ofLeft: L, window: JoinWindow): B => combine(ofLeft, ofRight, window)
  type Open = OpenWindow<K, L, R, B>

  const openState = () => {
    const windows = new Windows<K, L, R, B>(
      size,
      capacity,
      sideOptions(left, false),
      sideOptions(right, type === "semi")
    )
    const rows = rowsPart(
      "rows",
      windows.held,
      { values: left.value, of: (end) => windows.open(end).left },
      { values: right.value, of: (end) => windows.open(end).right },
      () => windows.byEnd.values()
    )
    return { state: windows, parts: [rows, timePart("watermark", windows.held.time)] }
  }

  /** Calls `f` with each open window of an event, the first first. */
  const eachWindow = (
    windows: Windows<K, L, R, B>,
    place: Place,
    collector: Collector<B>,
    f: (window: Open) => void
  ): void => {
    const { time } = place
    const lastStart = Math.floor((time - offset) / slide) * slide + offset
    let inside = 0
    let open = 0
    for (let end = lastStart + size - Math.ceil(size / slide - 1) * slide; end <= lastStart + size; end += slide) {
      if (end <= time) continue
      inside++
      if (windows.isClosed(end)) continue
      open++
      f(windows.open(end))
    }
    if (open > 0) return
    if (inside > 0) collector.dead(place, "Late", "all its windows are closed")
    else collector.filtered(place, "in no window")
  }

  return columns<A, B, Windows<K, L, R, B>>({
    name,
    edge,
    state: structure([{ name: "rows", bound: capacity }, { name: "watermark", bound: 1 }], openState),
    onBatch: (windows, batch, collector) =>
      eachSide(
        options,
        left,
        right,
        batch,
        collector,
        (value, place) => {
          const key = left.key(value)
          eachWindow(windows, place, collector, (window) =>
            take(window.left, window.right, key, value, combine, window, place, collector))
        },
        (value, place) => {
          const key = right.key(value)
          eachWindow(windows, place, collector, (window) =>
            take(window.right, window.left, key, value, flipped, window, place, collector))
        }
      ),
    onWatermark: (windows, time, collector) => windows.advance(time, collector)
  })
}
