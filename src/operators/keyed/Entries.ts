/** The state of `keyed`: entries by key, their timers, their order of writing. */
import type { UtcTime } from "../../domain/time/UtcTime.ts"
import { Recency } from "../state/Recency.ts"
import { Timers } from "../state/Timers.ts"
import { Entry, type Key, type Timer } from "./Entry.ts"

export interface Bounds {
  readonly ttlMillis: number
  readonly capacity: number
}

export class Entries<K extends Key, V> {
  readonly byKey = new Map<K, Entry<K, V>>()
  readonly timers = new Timers<Timer<K, V>>()
  watermark: UtcTime = -Infinity
  private readonly recency = new Recency<Entry<K, V>>()
  private readonly bounds: Bounds
  private nextOrder = 0

  constructor(bounds: Bounds) {
    this.bounds = bounds
  }

  /** True where the entry's time to live is over at `time`, whether or not it is still held. */
  isOver({ touched }: Entry<K, V>, time: UtcTime): boolean {
    return time >= touched + this.bounds.ttlMillis
  }

  /** A fresh entry in place of what was there. */
  make(key: K): Entry<K, V> {
    const stale = this.byKey.get(key)
    if (stale !== undefined) this.remove(stale)
    const entry = new Entry<K, V>(key)
    this.byKey.set(key, entry)
    return entry
  }

  /** Makes it the newest, whose time to live begins anew at `time`. */
  touch(entry: Entry<K, V>, time: UtcTime): void {
    if (this.bounds.capacity < Infinity) this.recency.touch(entry)
    this.live(entry, time)
  }

  /** Its time to live begins anew at `time`, if it is later than where it began. */
  live(entry: Entry<K, V>, time: UtcTime): void {
    if (this.bounds.ttlMillis === Infinity) return
    // An expiry that is there is moved when it comes.
    if (entry.expiry !== undefined) {
      if (time > entry.touched) entry.touched = time
      return
    }
    entry.touched = time
    this.expireAt(entry)
  }

  private expireAt(entry: Entry<K, V>): void {
    const time = entry.touched + this.bounds.ttlMillis
    entry.expiry = { time, live: false, entry, isExpiry: true, order: 0, next: undefined }
    this.timers.add(entry.expiry)
  }

  remove(entry: Entry<K, V>): void {
    if (this.byKey.get(entry.key) === entry) this.byKey.delete(entry.key)
    for (let timer = entry.timers; timer !== undefined; timer = timer.next) this.timers.drop(timer)
    entry.timers = undefined
    if (entry.expiry !== undefined) this.timers.drop(entry.expiry)
    entry.expiry = undefined
    this.recency.remove(entry)
  }

  /** Takes out the one written longest ago if there are too many. */
  evict(): boolean {
    const { oldest } = this.recency
    if (this.byKey.size <= this.bounds.capacity || oldest === undefined) return false
    this.remove(oldest)
    return true
  }

  setTimer(entry: Entry<K, V>, time: UtcTime): void {
    if (Number.isNaN(time)) return
    for (let timer = entry.timers; timer !== undefined; timer = timer.next) if (timer.time === time) return
    entry.timers = { time, live: false, entry, isExpiry: false, order: this.nextOrder++, next: entry.timers }
    this.timers.add(entry.timers)
  }

  deleteTimer(entry: Entry<K, V>, time: UtcTime): void {
    const timer = this.unlink(entry, time)
    if (timer !== undefined) this.timers.drop(timer)
  }

  /** The next timer of a user's due at or before `limit`; what expires before is gone. */
  nextTimer(limit: UtcTime): Timer<K, V> | undefined {
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

  private unlink(entry: Entry<K, V>, time: UtcTime): Timer<K, V> | undefined {
    let before: Timer<K, V> | undefined
    for (let timer = entry.timers; timer !== undefined; timer = timer.next) {
      if (timer.time === time) {
        if (before === undefined) entry.timers = timer.next
        else before.next = timer.next
        return timer
      }
      before = timer
    }
    return undefined
  }

  /** From the one written longest ago on. */
  inOrder(): ReadonlyArray<Entry<K, V>> {
    const entries: Array<Entry<K, V>> = []
    for (let entry = this.recency.oldest; entry !== undefined; entry = entry.newer) entries.push(entry)
    return entries.length > 0 ? entries : Array.from(this.byKey.values())
  }

  /** Puts in what a snapshot held. */
  restore(entry: Entry<K, V>): void {
    this.byKey.set(entry.key, entry)
    if (this.bounds.capacity < Infinity) this.recency.touch(entry)
    if (this.bounds.ttlMillis < Infinity) this.expireAt(entry)
  }
}
