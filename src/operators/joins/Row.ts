/** A row that waits in a join for its other side. */
import type { Held as HeldEvent } from "../../domain/stream/Envelope.ts"
import type { UtcTime } from "../../domain/time/UtcTime.ts"
import type { Collector } from "../stage/running/Collector.ts"
import type { Key } from "../state/Binary.ts"
import type { HeldRow } from "./Held.ts"

/** The side that a row waits in. */
interface OwnSide<K extends Key, V, B> {
  readonly options: { readonly unmatched: ((value: V) => B) | undefined }
  remove(row: Row<K, V, B>): void
}

export class Row<K extends Key, V, B> implements HeldRow<B> {
  readonly side: OwnSide<K, V, B>
  readonly key: K
  readonly value: V
  readonly at: UtcTime
  /** The event that it is of. */
  readonly kept: HeldEvent
  readonly order: number
  /** When it leaves: no later event can match it. */
  time: UtcTime
  live = false
  matched: boolean
  older: HeldRow<B> | undefined = undefined
  newer: HeldRow<B> | undefined = undefined

  constructor(
    side: OwnSide<K, V, B>,
    key: K,
    value: V,
    kept: HeldEvent,
    at: UtcTime,
    order: number,
    time: UtcTime,
    matched: boolean
  ) {
    this.side = side
    this.key = key
    this.value = value
    this.at = at
    this.kept = kept
    this.order = order
    this.time = time
    this.matched = matched
  }

  leave(collector: Collector<B>, eventTime: UtcTime): void {
    this.side.remove(this)
    const { unmatched } = this.side.options
    if (unmatched !== undefined && !this.matched) collector.released(this.kept, unmatched(this.value), eventTime)
  }
}
