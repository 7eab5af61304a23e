/** One side of a join: its rows by key. */
import type { Held as HeldEvent } from "../../domain/stream/Envelope.ts"
import type { UtcTime } from "../../domain/time/UtcTime.ts"
import type { Collector } from "../stage/running/Collector.ts"
import type { Key } from "../state/Binary.ts"
import type { Held } from "./Held.ts"
import { Row } from "./Row.ts"

export interface SideOptions<V, B> {
  /** From which to which offset of a row's time an event of the other side matches it, ms, both inclusive. */
  readonly low: number
  readonly high: number
  /** How many rows of a key are held. `last`: a row takes the place of the one before; `first`: none comes after it. */
  readonly keeps: "all" | "first" | "last"
  /** Whether a row leaves by itself when the watermark has passed its last match. */
  readonly timed: boolean
  /** The output made of a row that leaves and had no match. */
  readonly unmatched: ((value: V) => B) | undefined
}

/** The rows of a key in order of arrival, those that are gone among them, and how many are not. */
interface Group<K extends Key, V, B> {
  rows: Array<Row<K, V, B>>
  live: number
}

/** Below this many rows of a key, nobody looks for those that are gone. */
const fewRows = 8

export class Side<K extends Key, V, B> {
  readonly options: SideOptions<V, B>
  private readonly held: Held<B>
  private readonly byKey = new Map<K, Group<K, V, B>>()

  constructor(options: SideOptions<V, B>, held: Held<B>) {
    this.options = options
    this.held = held
  }

  /** The rows of a key in order of arrival; those that are not `live` are gone. */
  rowsOf(key: K): ReadonlyArray<Row<K, V, B>> | undefined {
    return this.byKey.get(key)?.rows
  }

  /** Keeps an event as a row. `at`: its time; `matched`: whether it has had a match. */
  keep(key: K, value: V, kept: HeldEvent, at: UtcTime, matched: boolean, collector: Collector<B>): void {
    const { held, options } = this
    const before = options.keeps === "last" ? this.byKey.get(key) : undefined
    if (before !== undefined) {
      for (const row of before.rows) if (row.live) row.leave(collector, held.afterWatermark(row.at))
    }
    const row = new Row<K, V, B>(this, key, value, kept, at, held.nextOrder++, at + options.high, matched)
    if (options.timed && row.time <= held.watermark) {
      // It is late, and nothing to come matches it.
      if (!matched && options.unmatched !== undefined) {
        collector.released(kept, options.unmatched(value), held.afterWatermark(at))
      }
      return
    }
    this.put(row)
    if (held.size > held.capacity) held.evict(collector)
  }

  put(row: Row<K, V, B>): void {
    const group = this.byKey.get(row.key)
    if (group === undefined) this.byKey.set(row.key, { rows: [row], live: 1 })
    else {
      if (group.rows.length > 2 * group.live + fewRows) group.rows = group.rows.filter(({ live }) => live)
      group.rows.push(row)
      group.live++
    }
    this.held.add(row, this.options.timed)
  }

  remove(row: Row<K, V, B>): void {
    if (row.live) {
      if (this.options.timed) this.held.timers.drop(row)
      else row.live = false
    }
    this.held.remove(row)
    const group = this.byKey.get(row.key)
    if (group !== undefined && --group.live === 0) this.byKey.delete(row.key)
  }

  /** A row that is held has had its first match. */
  changed(row: Row<K, V, B>): void {
    this.held.changed.note(row.order)
  }

  /** Takes all rows out. Those that must not go without an output give one, in order of arrival. */
  close(collector: Collector<B>, eventTime: UtcTime): void {
    const { held, options } = this
    if (options.unmatched !== undefined || held.capacity < Infinity) {
      for (const row of this.rows()) row.leave(collector, eventTime)
      return
    }
    for (const { live } of this.byKey.values()) held.size -= live
    if (held.changed.isNoting) { for (const { order } of this.rows()) held.changed.note(order) }
  }

  /** The rows that are held, in order of arrival. */
  rows(): ReadonlyArray<Row<K, V, B>> {
    return Array.from(this.byKey.values())
      .flatMap(({ rows }) => rows.filter(({ live }) => live))
      .sort((a, b) => a.order - b.order)
  }
}
