/** What user code of `keyed` works with: one object, opened anew on each event and timer. */
import type { ErrorKind } from "../../domain/deadletter/DeadLetter.ts"
import { Contributors } from "../../domain/stream/Contributors.ts"
import type { EventContext } from "../../domain/stream/Envelope.ts"
import type { Place } from "../../domain/stream/Place.ts"
import type { UtcTime } from "../../domain/time/UtcTime.ts"
import type { Collector } from "../stage/Stage.ts"
import type { Key } from "../state/Binary.ts"
import type { Cell } from "../state/Cell.ts"
import type { Entry, EntryTable } from "../state/Table.ts"

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
  /**
   * One output that the event gives rise to beside its own way: a span of its own, linked to the sampled contributors of the value. At a timer: as
   * {@link emitMerged}.
   */
  continued(payload: B, eventTime?: UtcTime): void
  /** Counts the event as not wanted further down. Nothing at a timer. */
  filtered(reason: string): void
  /** Gives the event up: a dead letter. Nothing at a timer. */
  dead(errorKind: ErrorKind, message: string): void
  /** What came before is taken back by this event; the flight recorder is told. Nothing at a timer. */
  retracted(): void
}

export class Cursor<K extends Key, V, B> implements KeyedState<K, V, B> {
  key: K
  private readonly entries: EntryTable<K, V>
  private readonly lastWatermark: Cell<UtcTime>
  private collector: Collector<B>
  /** Of the event; `undefined` at a timer. */
  private place: Place | undefined = undefined
  /** Whether the event is among the entry's contributors. */
  private absorbed = false
  private timerTime: UtcTime = 0
  private entry: Entry<K, V> | undefined = undefined
  // What was cleared in this call: outputs may still be made from it.
  private cleared: Entry<K, V> | undefined = undefined

  constructor(entries: EntryTable<K, V>, watermark: Cell<UtcTime>, key: K, collector: Collector<B>) {
    this.entries = entries
    this.lastWatermark = watermark
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
    if (place.followed) collector.get(entry?.contributors, place)
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
    return this.lastWatermark.value
  }

  set(value: V): void {
    const entry = this.entry ?? this.make()
    entry.value = value
    this.write(entry)
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
      this.write(entry)
    }
    this.entries.addTimer(entry, time)
  }

  deleteTimer(time: UtcTime): void {
    const { entry } = this
    if (entry === undefined) return
    this.entries.dropTimer(entry, time)
    if (entry.value === undefined && entry.timers === undefined) this.clear()
  }

  emit(payload: B, eventTime?: UtcTime): void {
    if (this.place === undefined) this.emitMerged(payload, eventTime)
    else this.collector.out(this.place, payload, eventTime)
  }

  emitMerged(payload: B, eventTime: UtcTime = this.time): void {
    const contributors = (this.entry ?? this.cleared)?.contributors
    if (contributors !== undefined) this.collector.merged(contributors, payload, eventTime)
    else if (this.place !== undefined) this.emit(payload, eventTime)
  }

  continued(payload: B, eventTime: UtcTime = this.time): void {
    const { entry, place } = this
    if (place === undefined) return this.emitMerged(payload, eventTime)
    const links = () => entry?.contributors?.sampled?.map(({ context }) => context) ?? []
    this.collector.continued(place, payload, { eventTime, links })
  }

  filtered(reason: string): void {
    if (this.place !== undefined) this.collector.filtered(this.place, reason)
  }

  dead(errorKind: ErrorKind, message: string): void {
    if (this.place !== undefined) this.collector.dead(this.place, errorKind, message)
  }

  retracted(): void {
    if (this.place !== undefined) this.collector.retracted(this.place)
  }

  private make(): Entry<K, V> {
    const entry = this.entries.make(this.key)
    this.entry = entry
    // At a timer there is no event: what comes after the value that was cleared is made from it.
    const before = this.place === undefined ? this.cleared?.contributors : undefined
    if (before !== undefined) contributorsOf(entry).merge(before)
    return entry
  }

  /** The event contributes, once; what is too much goes. */
  private write(entry: Entry<K, V>): void {
    if (this.place !== undefined && !this.absorbed) {
      this.absorbed = true
      this.collector.put(contributorsOf(entry), this.place)
    }
    this.entries.written(entry, this.time)
    const evicted = this.entries.evict()
    if (evicted > 0) this.collector.evicted(evicted)
  }
}

const contributorsOf = <K extends Key, V>(entry: Entry<K, V>): Contributors => entry.contributors ??= new Contributors()
