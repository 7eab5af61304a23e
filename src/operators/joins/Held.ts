/** What the rows of one join have in common: when they leave, and which came first. */
import type { UtcTime } from "../../domain/time/UtcTime.ts"
import type { Collector } from "../stage/running/Collector.ts"
import { Cell } from "../state/Cell.ts"
import { Changes } from "../state/Changes.ts"
import { type Linked, Recency } from "../state/Recency.ts"
import { type Timed, Timers } from "../state/Timers.ts"

/** A row of either side. */
export interface HeldRow<B> extends Timed, Linked<HeldRow<B>> {
  /** Takes it out; a row that must not go without an output gives one, with this event time. */
  readonly leave: (collector: Collector<B>, eventTime: UtcTime) => void
  /** Its event time. */
  readonly at: UtcTime
  /** Its place in the order of arrival of both sides. */
  readonly order: number
}

/** All rows of one join: when they leave, and which came first. */
export class Held<B> {
  size = 0
  readonly time = new Cell<UtcTime>(-Infinity)
  /** Numbers of rows that came, changed, or left. */
  readonly changed = new Changes<number>()
  nextOrder = 0
  readonly timers = new Timers<HeldRow<B>>()
  readonly capacity: number
  private readonly recency = new Recency<HeldRow<B>>()

  constructor(capacity: number) {
    this.capacity = capacity
  }

  get watermark(): UtcTime {
    return this.time.value
  }

  set watermark(time: UtcTime) {
    this.time.value = time
  }

  add(row: HeldRow<B>, timed: boolean): void {
    this.size++
    this.changed.note(row.order)
    if (timed) this.timers.add(row)
    else row.live = true
    if (this.capacity < Infinity) this.recency.touch(row)
  }

  /** After a row was marked as gone. */
  remove(row: HeldRow<B>): void {
    this.size--
    this.changed.note(row.order)
    this.recency.remove(row)
  }

  /** Takes out the rows that came first while there are too many. */
  evict(collector: Collector<B>): void {
    while (this.size > this.capacity) {
      const { oldest } = this.recency
      if (oldest === undefined) return
      oldest.leave(collector, this.afterWatermark(oldest.at))
      collector.evicted(1)
    }
  }

  /** The time of an output made of an event of that time, so that it is not late. */
  afterWatermark(at: UtcTime): UtcTime {
    return at > this.watermark ? at : this.watermark + 1
  }
}
