/** The panes that some window may still need, and which window closes next. */
import type { UtcTime } from "../../domain/time/UtcTime.ts"
import { Changes } from "../state/Changes.ts"
import type { AlignedAssigner } from "./assigners.ts"
import { PaneEntry } from "./Entry.ts"
import { Pane, PaneTimes } from "./panes.ts"
import type { WindowKey } from "./WindowSettings.ts"

export class PaneStore<K extends WindowKey, Acc> {
  readonly times: PaneTimes
  readonly panes = new Map<UtcTime, Pane<K, Acc>>()
  readonly changed = new Changes<PaneEntry<K, Acc>>()
  watermark: UtcTime = -Infinity
  /** End of the next window to close that has something in it. */
  nextEnd: UtcTime = Infinity
  /** Entries of all panes. */
  held = 0
  /** The pane used last. */
  private current: Pane<K, Acc>
  /** The one used before: events out of order go back and forth between two. */
  private other: Pane<K, Acc>
  /** What times that are none are in: it takes nothing. */
  private readonly nowhere: Pane<K, Acc>
  private readonly lateness: number
  /** The watermark at which a pane is to be dropped. */
  private nextDrop: UtcTime = Infinity

  constructor(assigner: AlignedAssigner, allowedLatenessMillis: number) {
    this.times = new PaneTimes(assigner)
    this.lateness = allowedLatenessMillis
    this.nowhere = new Pane(NaN, this.times)
    this.current = this.nowhere
    this.other = this.nowhere
  }

  /** The pane of `time`, which is the current one from now on. It is not held if it is past its lateness. */
  paneAt(time: UtcTime): Pane<K, Acc> {
    const { current } = this
    // Said so that NaN, which is in no pane, is not let through.
    return time >= current.start && time < current.end ? current : this.turnTo(time)
  }

  private turnTo(time: UtcTime): Pane<K, Acc> {
    if (!Number.isFinite(time)) return this.nowhere
    const before = this.current
    this.current = time >= this.other.start && time < this.other.end ? this.other : this.paneOf(time)
    this.other = before
    return this.current
  }

  /** The last watermark at which an event of this pane is taken in, one less than a window's. */
  limit({ firstClose }: Pane<K, Acc>): UtcTime {
    return firstClose + this.lateness
  }

  private paneOf(time: UtcTime): Pane<K, Acc> {
    const start = this.times.startOfPane(time)
    const known = this.panes.get(start)
    if (known !== undefined) return known
    const pane = new Pane<K, Acc>(start, this.times)
    if (this.limit(pane) > this.watermark) this.hold(pane)
    return pane
  }

  private hold(pane: Pane<K, Acc>): void {
    this.panes.set(pane.start, pane)
    const end = this.openEnd(pane)
    if (end < this.nextEnd) this.nextEnd = end
    this.nextDrop = Math.min(this.nextDrop, pane.lastClose + this.lateness)
  }

  /** The entry of a key, `make` of a new one; `undefined` where that would be one more than `most`. */
  entryOf(pane: Pane<K, Acc>, key: K, make: () => Acc, most: number): PaneEntry<K, Acc> | undefined {
    let entry = pane.entries.get(key)
    if (entry === undefined) {
      if (this.held >= most) return undefined
      entry = new PaneEntry(key, pane.start, pane.entries.size, make())
      pane.entries.set(key, entry)
      this.held++
    }
    pane.lastKey = key
    pane.lastEntry = entry
    return entry
  }

  /** Whether an entry is still held. */
  holds(entry: PaneEntry<K, Acc>): boolean {
    return this.panes.get(entry.start)?.entries.get(entry.key) === entry
  }

  allEntries(): ReadonlyArray<PaneEntry<K, Acc>> {
    return Array.from(this.panes.values()).flatMap(({ entries }) => Array.from(entries.values()))
  }

  /** The panes that were put in, and time, as they were kept: finds what closes and leaves next. */
  resume(watermark: UtcTime): void {
    this.watermark = watermark
    for (const pane of this.panes.values()) this.hold(pane)
  }

  /** The panes of the window that ends at `end`, oldest first. */
  panesOf(end: UtcTime): ReadonlyArray<Pane<K, Acc>> {
    const panes: Array<Pane<K, Acc>> = []
    for (let start = end - this.times.size; start < end; start += this.times.pane) {
      const pane = this.panes.get(start)
      if (pane !== undefined) panes.push(pane)
    }
    return panes
  }

  /** The window that ends at `nextEnd` is closed. */
  closed(): void {
    const end = this.nextEnd
    this.nextEnd = Infinity
    for (const { firstClose, lastClose } of this.panes.values()) {
      if (lastClose >= end) this.nextEnd = Math.min(this.nextEnd, Math.max(firstClose + 1, end + this.times.slide))
    }
  }

  /** Drops the panes that no window and no correction needs any more. True if there were any. */
  drop(): boolean {
    if (this.watermark < this.nextDrop) return false
    this.nextDrop = Infinity
    for (const { entries, lastClose, start } of this.panes.values()) {
      const dropAt = lastClose + this.lateness
      if (dropAt <= this.watermark) {
        this.panes.delete(start)
        this.held -= entries.size
        if (this.changed.isNoting) { for (const entry of entries.values()) this.changed.note(entry) }
      } else this.nextDrop = Math.min(this.nextDrop, dropAt)
    }
    this.current = this.nowhere
    this.other = this.nowhere
    return true
  }

  /** End of the first window of a pane that is still open; infinite if none is. */
  private openEnd({ firstClose, lastClose }: Pane<K, Acc>): UtcTime {
    const passed = Math.max(0, Math.floor((this.watermark - firstClose) / this.times.slide) + 1)
    const close = firstClose + passed * this.times.slide
    return close <= lastClose ? close + 1 : Infinity
  }
}
