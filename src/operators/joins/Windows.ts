/** The state of `windowJoin`: two sides for each window that is open. */
import type { UtcTime } from "../../domain/time/UtcTime.ts"
import type { Collector } from "../stage/running/Collector.ts"
import type { Key } from "../state/Binary.ts"
import { Held } from "./Held.ts"
import { Side, type SideOptions } from "./Side.ts"

/** From `start` on and before `end`, UTC ms. */
export interface JoinWindow {
  readonly start: UtcTime
  readonly end: UtcTime
}

/** A window that is open. */
export class OpenWindow<K extends Key, L, R, B> implements JoinWindow {
  readonly start: UtcTime
  readonly end: UtcTime
  readonly left: Side<K, L, B>
  readonly right: Side<K, R, B>

  constructor(start: UtcTime, end: UtcTime, left: Side<K, L, B>, right: Side<K, R, B>) {
    this.start = start
    this.end = end
    this.left = left
    this.right = right
  }
}

export class Windows<K extends Key, L, R, B> {
  readonly held: Held<B>
  readonly byEnd = new Map<UtcTime, OpenWindow<K, L, R, B>>()
  private readonly size: number
  private readonly left: SideOptions<L, B>
  private readonly right: SideOptions<R, B>
  /** The least end of those open. */
  private firstEnd = Infinity

  constructor(size: number, capacity: number, left: SideOptions<L, B>, right: SideOptions<R, B>) {
    this.held = new Held(capacity)
    this.size = size
    this.left = left
    this.right = right
  }

  /** Whether nothing more comes of the window that ends there. */
  isClosed(end: UtcTime): boolean {
    return end - 1 <= this.held.watermark
  }

  open(end: UtcTime): OpenWindow<K, L, R, B> {
    const known = this.byEnd.get(end)
    if (known !== undefined) return known
    const { held, left, right, size } = this
    const window = new OpenWindow<K, L, R, B>(end - size, end, new Side(left, held), new Side(right, held))
    this.byEnd.set(end, window)
    if (end < this.firstEnd) this.firstEnd = end
    return window
  }

  /** Closes what ends at or before the watermark, the first first; rows without a match may give an output. */
  advance(watermark: UtcTime, collector: Collector<B>): void {
    while (this.firstEnd - 1 <= watermark) {
      const end = this.firstEnd
      const window = this.byEnd.get(end)
      if (window === undefined) break
      window.left.close(collector, end - 1)
      window.right.close(collector, end - 1)
      this.byEnd.delete(end)
      this.firstEnd = Infinity
      for (const other of this.byEnd.keys()) if (other < this.firstEnd) this.firstEnd = other
    }
    this.held.watermark = watermark
  }
}
