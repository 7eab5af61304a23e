/**
 * The accumulators of a sliding window, kept from one window to the next: the panes that enter are merged in, those that leave are taken
 * off. Only for aggregates that can do that exactly.
 */
import type { UtcTime } from "../../domain/time/UtcTime.ts"
import type { Aggregate } from "../aggregates/Aggregate.ts"
import type { Pane, PaneTimes } from "./panes.ts"
import type { WindowKey } from "./WindowSettings.ts"

interface Total<Acc> {
  acc: Acc
  /** In how many panes of the window the key is. */
  panes: number
}

export class RunningTotals<K extends WindowKey, Acc> {
  private readonly aggregate: Pick<Aggregate<never, Acc, unknown>, "initial" | "merge">
  private readonly remove: (acc: Acc, earlier: Acc) => Acc
  private readonly times: PaneTimes
  private totals = new Map<K, Total<Acc>>()
  /** End of the window that lacks nothing but the panes that enter it. */
  private nextEnd: UtcTime = NaN

  constructor(
    aggregate: Pick<Aggregate<never, Acc, unknown>, "initial" | "merge">,
    remove: (acc: Acc, earlier: Acc) => Acc,
    times: PaneTimes
  ) {
    this.aggregate = aggregate
    this.remove = remove
    this.times = times
  }

  /** The accumulators of the window that ends at `end` and has these panes, good until {@link leave}. */
  enter(end: UtcTime, panes: ReadonlyArray<Pane<K, Acc>>): ReadonlyMap<K, { readonly acc: Acc }> {
    const { initial, merge } = this.aggregate
    const goesOn = end === this.nextEnd
    if (!goesOn) this.totals = new Map()
    for (const { entries, start } of panes) {
      if (goesOn && start < end - this.times.slide) continue
      for (const [key, { acc }] of entries) {
        let total = this.totals.get(key)
        if (total === undefined) this.totals.set(key, total = { acc: initial(), panes: 0 })
        total.acc = merge(total.acc, acc)
        total.panes++
      }
    }
    return this.totals
  }

  /** Takes off what is not in the window after the one that ends at `end`. */
  leave(end: UtcTime, panes: ReadonlyArray<Pane<K, Acc>>): void {
    const nextStart = end - this.times.size + this.times.slide
    for (const { entries, start } of panes) {
      if (start >= nextStart) break
      for (const [key, { acc }] of entries) {
        const total = this.totals.get(key)
        if (total === undefined) continue
        if (--total.panes === 0) this.totals.delete(key)
        else total.acc = this.remove(total.acc, acc)
      }
    }
    this.nextEnd = end + this.times.slide
  }

  /** A pane has changed: the next window is made anew. */
  forget(): void {
    this.nextEnd = NaN
  }
}
