/**
 * Values by key: the way in which stages keep state. With a bound, a time to live, timers, and the contributors of each value where its user notes them.
 *
 * **Time** is event time, given with each call that depends on it. With a time to live a value is there less than `ttlMillis` after its last write,
 * whether or not the watermark has been there; it leaves memory, with its timers, when {@link Table.due} comes to that time. **Bound.** At most
 * `capacity` keys, the one written longest ago out first. About 150 bytes a key besides the value, 100 a timer, 80 where contributors are noted.
 * **Cost.** A map look-up a call; nothing is allocated but for new keys and timers. A key's own timers are searched in line: keep them few.
 */
import { Contributors } from "../../domain/stream/Contributors.ts"
import type { UtcTime } from "../../domain/time/UtcTime.ts"
import type { Key, StateSchema } from "./Binary.ts"
import { Changes } from "./Changes.ts"
import { type Linked, Recency } from "./Recency.ts"
import { type Timed, Timers } from "./Timers.ts"

export interface TableOptions<V> {
  /** How many keys are held at most; `Infinity` where something else bounds them (a time to live, timers that clear, few keys). */
  readonly capacity: number
  /** How long after it was last written a value is there, ms of event time. For ever if not said. */
  readonly ttlMillis?: number
  /** How values are kept; without it they must be JSON as they are. */
  readonly value?: StateSchema<V>
  /** Of how values are written; default 1. Others are not read. */
  readonly version?: number
}

/** A table as steps use it. Iteration is from the key written longest ago on where there is a bound, else by when keys came. */
export interface Table<K extends Key, in out V> {
  readonly size: number
  /** `at`: the event time at which it is asked, where there is a time to live. */
  get(key: K, at?: UtcTime): V | undefined
  has(key: K, at?: UtcTime): boolean
  /** Sets a value, and gives how many others left for it because there were too many. */
  set(key: K, value: V, at?: UtcTime): number
  /** A value was changed in place: this is what counts as a write. */
  touch(key: K, at?: UtcTime): void
  delete(key: K): void
  entries(): IterableIterator<readonly [key: K, value: V]>
  /** A timer at `time` for a key that has a value. One that is already set at that time stays as it is. */
  setTimer(key: K, time: UtcTime): void
  deleteTimer(key: K, time: UtcTime): void
  /** Takes out and gives the first timer due at or before `limit`; what expires before is gone. Those of one time come in the order in which they were set. */
  due(limit: UtcTime): { readonly key: K; readonly time: UtcTime } | undefined
  /** Whoever wrote the value of a key, to be added to; made when it is first asked for. */
  contributors(key: K): Contributors | undefined
}

/** A timer of a key; `isExpiry`: the one that ends the entry. */
export interface EntryTimer<K extends Key, V> extends Timed {
  readonly entry: Entry<K, V>
  readonly isExpiry: boolean
  /** Timers of one time fire in this order. */
  readonly order: number
  /** The entry's next. */
  next: EntryTimer<K, V> | undefined
}

/** What is held for a key. Without a value it is there for its timers. */
export class Entry<K extends Key, V> implements Linked<Entry<K, V>> {
  readonly key: K
  value: V | undefined = undefined
  contributors: Contributors | undefined = undefined
  /** From when its time to live counts. Kept only where there is one: so a small number to begin with, which costs no box. */
  touched: UtcTime = 0
  /** Its place in the order of writing, where there is a bound; else in that of coming. */
  order = 0
  timers: EntryTimer<K, V> | undefined = undefined
  expiry: EntryTimer<K, V> | undefined = undefined
  older: Entry<K, V> | undefined = undefined
  newer: Entry<K, V> | undefined = undefined

  constructor(key: K) {
    this.key = key
  }
}

export class EntryTable<K extends Key, V> implements Table<K, V> {
  readonly byKey = new Map<K, Entry<K, V>>()
  readonly changed = new Changes<K>()
  private readonly timers = new Timers<EntryTimer<K, V>>()
  private readonly recency = new Recency<Entry<K, V>>()
  private readonly capacity: number
  private readonly ttlMillis: number
  private nextOrder = 0
  private nextTimer = 0

  constructor({ capacity, ttlMillis = Infinity }: Pick<TableOptions<V>, "capacity" | "ttlMillis">) {
    // The entry at hand is never the one that goes.
    this.capacity = Math.max(1, capacity)
    this.ttlMillis = ttlMillis
  }

  get size(): number {
    return this.byKey.size
  }

  get(key: K, at?: UtcTime): V | undefined {
    return this.find(key, at)?.value
  }

  has(key: K, at?: UtcTime): boolean {
    return this.find(key, at) !== undefined
  }

  set(key: K, value: V, at: UtcTime = 0): number {
    const entry = this.find(key, at) ?? this.make(key)
    entry.value = value
    this.written(entry, at)
    return this.evict()
  }

  touch(key: K, at: UtcTime = 0): void {
    const entry = this.byKey.get(key)
    if (entry !== undefined) this.written(entry, at)
  }

  delete(key: K): void {
    const entry = this.byKey.get(key)
    if (entry !== undefined) this.remove(entry)
  }

  *entries(): IterableIterator<readonly [key: K, value: V]> {
    for (const { key, value } of this.inOrder()) if (value !== undefined) yield [key, value]
  }

  setTimer(key: K, time: UtcTime): void {
    const entry = this.byKey.get(key)
    if (entry !== undefined) this.addTimer(entry, time)
  }

  deleteTimer(key: K, time: UtcTime): void {
    const entry = this.byKey.get(key)
    if (entry !== undefined) this.dropTimer(entry, time)
  }

  due(limit: UtcTime): { readonly key: K; readonly time: UtcTime } | undefined {
    const timer = this.nextDue(limit)
    return timer === undefined ? undefined : { key: timer.entry.key, time: timer.time }
  }

  contributors(key: K): Contributors | undefined {
    const entry = this.byKey.get(key)
    if (entry === undefined) return undefined
    this.changed.note(key)
    return entry.contributors ??= new Contributors()
  }

  /** The entry of a key, unless its time to live is over at `at`. */
  find(key: K, at?: UtcTime): Entry<K, V> | undefined {
    const entry = this.byKey.get(key)
    return entry === undefined || at === undefined || !this.isOver(entry, at) ? entry : undefined
  }

  /** True where the entry's time to live is over at `time`, whether or not it is still held. */
  isOver({ touched }: Entry<K, V>, time: UtcTime): boolean {
    return time >= touched + this.ttlMillis
  }

  /** A fresh entry in place of what was there. */
  make(key: K): Entry<K, V> {
    const stale = this.byKey.get(key)
    if (stale !== undefined) this.remove(stale)
    const entry = new Entry<K, V>(key)
    if (this.capacity === Infinity) entry.order = this.nextOrder++
    this.byKey.set(key, entry)
    this.changed.note(key)
    return entry
  }

  /** A write: it is the newest, and its time to live begins anew at `time`. */
  written(entry: Entry<K, V>, time: UtcTime): void {
    this.changed.note(entry.key)
    if (this.capacity < Infinity) {
      entry.order = this.nextOrder++
      this.recency.touch(entry)
    }
    this.live(entry, time)
  }

  /** Its time to live begins anew at `time`, if it is later than where it began. */
  live(entry: Entry<K, V>, time: UtcTime): void {
    if (this.ttlMillis === Infinity) return
    this.changed.note(entry.key)
    // An expiry that is there is moved when it comes.
    if (entry.expiry !== undefined) {
      if (time > entry.touched) entry.touched = time
      return
    }
    entry.touched = time
    this.expireAt(entry)
  }

  remove(entry: Entry<K, V>): void {
    if (this.byKey.get(entry.key) === entry) this.byKey.delete(entry.key)
    this.changed.note(entry.key)
    for (let timer = entry.timers; timer !== undefined; timer = timer.next) this.timers.drop(timer)
    entry.timers = undefined
    if (entry.expiry !== undefined) this.timers.drop(entry.expiry)
    entry.expiry = undefined
    this.recency.remove(entry)
  }

  /** The entry written longest ago, where there is a bound. */
  get oldest(): Entry<K, V> | undefined {
    return this.recency.oldest
  }

  /** Takes out those written longest ago while there are too many, and gives how many. */
  evict(): number {
    let evicted = 0
    while (this.byKey.size > this.capacity) {
      const { oldest } = this.recency
      if (oldest === undefined) break
      this.remove(oldest)
      evicted++
    }
    return evicted
  }

  addTimer(entry: Entry<K, V>, time: UtcTime): void {
    if (Number.isNaN(time)) return
    for (let timer = entry.timers; timer !== undefined; timer = timer.next) if (timer.time === time) return
    this.putTimer(entry, time, this.nextTimer)
    this.changed.note(entry.key)
  }

  dropTimer(entry: Entry<K, V>, time: UtcTime): void {
    const timer = this.unlink(entry, time)
    if (timer !== undefined) this.timers.drop(timer)
  }

  /** The next timer of a user's due at or before `limit`; what expires before is gone. */
  nextDue(limit: UtcTime): EntryTimer<K, V> | undefined {
    for (;;) {
      const timer = this.timers.next(limit)
      if (timer === undefined) return undefined
      const { entry, isExpiry, time } = timer
      if (!isExpiry) {
        this.unlink(entry, time)
        if (!this.isOver(entry, time)) return timer
      } else if (this.isOver(entry, time)) {
        entry.expiry = undefined
        this.remove(entry)
      } else this.expireAt(entry)
    }
  }

  /** From the one written longest ago on, where there is a bound. */
  inOrder(): ReadonlyArray<Entry<K, V>> {
    const entries: Array<Entry<K, V>> = []
    for (let entry = this.recency.oldest; entry !== undefined; entry = entry.newer) entries.push(entry)
    return entries.length > 0 ? entries : Array.from(this.byKey.values())
  }

  /** Puts in entries that were kept, whose fields but the timers are set, and these. */
  putAll(kept: ReadonlyArray<{ readonly entry: Entry<K, V>; readonly timers: ReadonlyArray<KeptTimer> }>): void {
    for (const { entry } of kept.toSorted((a, b) => a.entry.order - b.entry.order)) {
      this.byKey.set(entry.key, entry)
      if (entry.order >= this.nextOrder) this.nextOrder = entry.order + 1
      if (this.capacity < Infinity) this.recency.touch(entry)
      if (this.ttlMillis < Infinity) this.expireAt(entry)
    }
    const timers = kept.flatMap(({ entry, timers }) => timers.map((timer) => ({ entry, ...timer })))
    for (const { entry, order, time } of timers.toSorted((a, b) => a.order - b.order)) this.putTimer(entry, time, order)
  }

  private putTimer(entry: Entry<K, V>, time: UtcTime, order: number): void {
    entry.timers = { time, live: false, entry, isExpiry: false, order, next: entry.timers }
    this.nextTimer = order + 1
    this.timers.add(entry.timers)
  }

  private expireAt(entry: Entry<K, V>): void {
    const time = entry.touched + this.ttlMillis
    entry.expiry = { time, live: false, entry, isExpiry: true, order: 0, next: undefined }
    this.timers.add(entry.expiry)
  }

  private unlink(entry: Entry<K, V>, time: UtcTime): EntryTimer<K, V> | undefined {
    let before: EntryTimer<K, V> | undefined
    for (let timer = entry.timers; timer !== undefined; timer = timer.next) {
      if (timer.time === time) {
        if (before === undefined) entry.timers = timer.next
        else before.next = timer.next
        this.changed.note(entry.key)
        return timer
      }
      before = timer
    }
    return undefined
  }
}

export interface KeptTimer {
  readonly time: UtcTime
  readonly order: number
}
