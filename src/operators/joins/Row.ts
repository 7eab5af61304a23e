/** A row that waits in a join for its other side, and what all rows of one join have in common. */
import type { EventContext } from "../../domain/stream/Envelope.ts"
import type { UtcTime } from "../../domain/time/UtcTime.ts"
import type { Key } from "../keyed/Entry.ts"
import type { Collector } from "../stage/running/Collector.ts"
import type { Kept } from "../stage/running/OutputContexts.ts"
import { type Linked, Recency } from "../state/Recency.ts"
import { type Timed, Timers } from "../state/Timers.ts"
import type { Side } from "./Side.ts"

/** A row of either side. */
interface HeldRow<B> extends Timed, Linked<HeldRow<B>> {
  /** Takes it out; a row that must not go without an output gives one, with this event time. */
  readonly leave: (collector: Collector<B>, eventTime: UtcTime) => void
  /** Its event time. */
  readonly at: UtcTime
}

/** All rows of one join: when they leave, and which came first. */
export class Held<B> {
  size = 0
  watermark: UtcTime = -Infinity
  nextOrder = 0
  readonly timers = new Timers<HeldRow<B>>()
  readonly capacity: number
  private readonly recency = new Recency<HeldRow<B>>()

  constructor(capacity: number) {
    this.capacity = capacity
  }

  add(row: HeldRow<B>, timed: boolean): void {
    this.size++
    if (timed) this.timers.add(row)
    else row.live = true
    if (this.capacity < Infinity) this.recency.touch(row)
  }

  /** After a row was marked as gone. */
  remove(row: HeldRow<B>): void {
    this.size--
    this.recency.remove(row)
  }

  /** Takes out the rows that came first while there are too many. */
  evict(collector: Collector<B>): void {
    while (this.size > this.capacity) {
      const { oldest } = this.recency
      if (oldest === undefined) return
      oldest.leave(collector, this.afterWatermark(oldest.at))
      collector.evicted++
    }
  }

  /** The time of an output made of an event of that time, so that it is not late. */
  afterWatermark(at: UtcTime): UtcTime {
    return at > this.watermark ? at : this.watermark + 1
  }
}

export class Row<K extends Key, V, B> implements HeldRow<B>, Kept {
  readonly side: Side<K, V, B>
  readonly key: K
  readonly value: V
  readonly at: UtcTime
  readonly context: EventContext
  readonly followed: boolean
  readonly since: bigint | undefined
  /** Its place in the order of arrival of both sides. */
  readonly order: number
  /** When it leaves: no later event can match it. */
  time: UtcTime
  live = false
  matched: boolean
  older: HeldRow<B> | undefined = undefined
  newer: HeldRow<B> | undefined = undefined

  constructor(
    side: Side<K, V, B>,
    key: K,
    value: V,
    kept: Kept,
    at: UtcTime,
    order: number,
    time: UtcTime,
    matched: boolean
  ) {
    this.side = side
    this.key = key
    this.value = value
    this.at = at
    this.context = kept.context
    this.followed = kept.followed
    this.since = kept.since
    this.order = order
    this.time = time
    this.matched = matched
  }

  leave(collector: Collector<B>, eventTime: UtcTime): void {
    this.side.remove(this)
    const { unmatched } = this.side.options
    if (unmatched !== undefined && !this.matched) collector.released(this, unmatched(this.value), eventTime)
  }
}
