/** Panes: the shortest stretches of time that sliding windows share, so that an event is added once and not once a window. */
import type { UtcTime } from "../../domain/time/UtcTime.ts"
import type { AlignedAssigner } from "./assigners.ts"
import type { PaneEntry } from "./Entry.ts"
import type { WindowKey } from "./WindowSettings.ts"

const gcd = (a: number, b: number): number => b > 0 ? gcd(b, a % b) : a

/** The times of windows and panes of one assigner. */
export class PaneTimes {
  readonly size: number
  readonly slide: number
  /** How long a pane is. */
  readonly pane: number

  constructor({ size, slide }: AlignedAssigner) {
    this.size = size
    this.slide = slide
    this.pane = gcd(size, slide)
  }

  startOfPane(time: UtcTime): UtcTime {
    return Math.floor(time / this.pane) * this.pane
  }

  /** End of the first window that `time` is in. */
  firstEnd(time: UtcTime): UtcTime {
    return (Math.floor((time - this.size) / this.slide) + 1) * this.slide + this.size
  }

  /** End of the last window that `time` is in. */
  lastEnd(time: UtcTime): UtcTime {
    return Math.floor(time / this.slide) * this.slide + this.size
  }
}

export class Pane<K extends WindowKey, Acc> {
  readonly start: UtcTime
  readonly end: UtcTime
  /** The watermark at which the first window that it is part of is complete, and the last one. */
  readonly firstClose: UtcTime
  readonly lastClose: UtcTime
  readonly entries = new Map<K, PaneEntry<K, Acc>>()
  /** The entry that was used last: the next event is often of the same key, and always where there is none. */
  lastKey: K | undefined = undefined
  lastEntry: PaneEntry<K, Acc> | undefined = undefined

  constructor(start: UtcTime, times: PaneTimes) {
    this.start = start
    this.end = start + times.pane
    this.firstClose = times.firstEnd(start) - 1
    this.lastClose = times.lastEnd(start) - 1
  }
}
