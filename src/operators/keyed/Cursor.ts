/** What user code of `keyed` works with: one object, opened anew on each event and timer. */
import type { EventContext } from "../../domain/stream/Envelope.ts"
import type { Place } from "../../domain/stream/Place.ts"
import type { UtcTime } from "../../domain/time/UtcTime.ts"
import type { Collector } from "../stage/Stage.ts"
import type { Entries } from "./Entries.ts"
import type { Entry, Key } from "./Entry.ts"

/**
 * A key at an event or a timer. Valid only during the call: it is one object that serves all, so that an event costs no allocation.
 * Times are UTC ms.
 */
export interface KeyedState<out K, in out V, in B> {
  readonly key: K
  /** The value at this time; `undefined`: none was set, or it was cleared, evicted, or is past its time to live. */
  readonly value: V | undefined
  /** The event; `undefined` at a timer. */
  readonly context: EventContext | undefined
  /** The event's time, or the timer's. */
  readonly time: UtcTime
  /** The last watermark: +Infinity at the end of the input. A timer set at or before it fires with the next one. */
  readonly watermark: UtcTime
  /** Sets the value. Call it also after changing an object in place: this is what counts as a write, and what makes the event a contributor. */
  set(value: V): void
  /** Forgets the key: its value, its contributors, all its timers. */
  clear(): void
  /** A timer at `time` for this key. One that is already set at that time stays as it is. */
  setTimer(time: UtcTime): void
  deleteTimer(time: UtcTime): void
  /**
   * At an event: one output made from it, continuing its trace. At a timer: as {@link emitMerged}. `eventTime`: the event's, or the
   * timer's, if not said.
   */
  emit(payload: B, eventTime?: UtcTime): void
  /** One output made from the value: it continues the trace of one of its contributors and links the other sampled ones. */
  emitMerged(payload: B, eventTime?: UtcTime): void
  /** Counts the event as not wanted further down. */
  filtered(reason: string): void
}

export class Cursor<K extends Key, V, B> implements KeyedState<K, V, B> {
  key: K
  private readonly entries: Entries<K, V>
  private collector: Collector<B>
  /** Of the event; `undefined` at a timer. */
  private place: Place | undefined = undefined
  /** Whether the event is among the entry's contributors. */
  private absorbed = false
  private timerTime: UtcTime = 0
  private entry: Entry<K, V> | undefined = undefined
  // What was cleared in this call: outputs may still be made from it.
  private cleared: Entry<K, V> | undefined = undefined

  constructor(entries: Entries<K, V>, key: K, collector: Collector<B>) {
    this.entries = entries
    this.key = key
    this.collector = collector
  }

  openEvent(key: K, entry: Entry<K, V> | undefined, place: Place, collector: Collector<B>): void {
    this.key = key
    this.entry = entry
    this.cleared = undefined
    this.place = place
    this.absorbed = false
    this.collector = collector
    if (place.isFollowed) collector.get(entry, place)
  }

  openTimer(entry: Entry<K, V>, time: UtcTime, collector: Collector<B>): void {
    this.key = entry.key
    this.entry = entry
    this.cleared = undefined
    this.place = undefined
    this.timerTime = time
    this.collector = collector
  }

  get value(): V | undefined {
    return this.entry?.value
  }

  get context(): EventContext | undefined {
    return this.place?.context
  }

  get time(): UtcTime {
    return this.place === undefined ? this.timerTime : this.place.time
  }

  get watermark(): UtcTime {
    return this.entries.watermark
  }

  set(value: V): void {
    const entry = this.entry ?? this.make()
    entry.value = value
    this.absorb(entry)
    this.entries.touch(entry, this.time)
    this.evict()
  }

  clear(): void {
    const { entry } = this
    if (entry === undefined) return
    this.cleared = entry
    this.entry = undefined
    this.absorbed = false
    this.entries.remove(entry)
  }

  setTimer(time: UtcTime): void {
    let { entry } = this
    if (entry === undefined) {
      entry = this.make()
      this.absorb(entry)
      this.entries.touch(entry, this.time)
      this.evict()
    }
    this.entries.setTimer(entry, time)
  }

  deleteTimer(time: UtcTime): void {
    const { entry } = this
    if (entry === undefined) return
    this.entries.deleteTimer(entry, time)
    if (entry.value === undefined && entry.timers === undefined) this.clear()
  }

  emit(payload: B, eventTime?: UtcTime): void {
    if (this.place === undefined) this.emitMerged(payload, eventTime)
    else if (eventTime === undefined) this.collector.outAt(this.place, payload)
    else this.collector.outAtTime(this.place, payload, eventTime)
  }

  emitMerged(payload: B, eventTime: UtcTime = this.time): void {
    const entry = this.entry ?? this.cleared
    if (entry !== undefined) this.collector.merged(entry, payload, eventTime)
    else if (this.place !== undefined) this.emit(payload, eventTime)
  }

  filtered(reason: string): void {
    if (this.place !== undefined) this.collector.addFiltered(reason, 1)
  }

  private make(): Entry<K, V> {
    const entry = this.entries.make(this.key)
    this.entry = entry
    // At a timer there is no event: what comes after the value that was cleared is made from it.
    if (this.place === undefined && this.cleared !== undefined) entry.merge(this.cleared)
    return entry
  }

  /** A write: the event contributes, once. */
  private absorb(entry: Entry<K, V>): void {
    if (this.place === undefined || this.absorbed) return
    this.absorbed = true
    this.collector.put(entry, this.place)
  }

  private evict(): void {
    while (this.entries.evict()) this.collector.evicted++
  }
}
