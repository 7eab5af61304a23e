/** What `keyed` holds for a key: its value, who wrote it, and its timers. */
import { Contributors } from "../../domain/stream/Contributors.ts"
import type { UtcTime } from "../../domain/time/UtcTime.ts"
import type { Linked } from "../state/Recency.ts"
import type { Timed } from "../state/Timers.ts"

export type Key = string | number

/** A timer of a key; `isExpiry`: the one that ends the entry. */
export interface Timer<K extends Key, V> extends Timed {
  readonly entry: Entry<K, V>
  readonly isExpiry: boolean
  /** Timers of one time fire in this order. */
  readonly order: number
  /** The entry's next. */
  next: Timer<K, V> | undefined
}

/** The contributors are the events that wrote the value since the key came, or that set a timer where there is no value. */
export class Entry<K extends Key, V> extends Contributors implements Linked<Entry<K, V>> {
  readonly key: K
  value: V | undefined = undefined
  /** From when its time to live counts. Kept only where there is one: so a small number to begin with, which costs no box. */
  touched: UtcTime = 0
  timers: Timer<K, V> | undefined = undefined
  expiry: Timer<K, V> | undefined = undefined
  older: Entry<K, V> | undefined = undefined
  newer: Entry<K, V> | undefined = undefined

  constructor(key: K) {
    super()
    this.key = key
  }
}
