/** How often the results of closed windows were corrected, while they can be. */
import type { UtcTime } from "../../domain/time/UtcTime.ts"
import { Changes } from "../state/Changes.ts"
import type { WindowKey } from "./WindowSettings.ts"

interface Version<K extends WindowKey> {
  readonly end: UtcTime
  readonly key: K
  version: number
}

export class Versions<K extends WindowKey> {
  readonly changed = new Changes<Pick<Version<K>, "end" | "key">>()
  size = 0
  private readonly byEnd = new Map<UtcTime, Map<K, Version<K>>>()

  of(end: UtcTime, key: K): number {
    return this.byEnd.get(end)?.get(key)?.version ?? 0
  }

  set(end: UtcTime, key: K, version: number): void {
    let keys = this.byEnd.get(end)
    if (keys === undefined) this.byEnd.set(end, keys = new Map())
    let known = keys.get(key)
    if (known === undefined) {
      keys.set(key, known = { end, key, version })
      this.size++
    }
    known.version = version
    this.changed.note(known)
  }

  *all(): IterableIterator<Readonly<Version<K>>> {
    for (const keys of this.byEnd.values()) yield* keys.values()
  }

  /** Forgets the windows that end at `end` or before. */
  forgetUntil(end: UtcTime): void {
    for (const [each, keys] of this.byEnd) {
      if (each > end) continue
      this.byEnd.delete(each)
      this.size -= keys.size
      for (const version of keys.values()) this.changed.note(version)
    }
  }
}
