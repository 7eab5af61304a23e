/** How often the results of closed windows were corrected, while they can be. */
import type { UtcTime } from "../../domain/time/UtcTime.ts"
import type { WindowKey } from "./WindowSettings.ts"

export class Versions<K extends WindowKey> {
  readonly byEnd = new Map<UtcTime, Map<K, number>>()

  of(end: UtcTime, key: K): number {
    return this.byEnd.get(end)?.get(key) ?? 0
  }

  set(end: UtcTime, key: K, version: number): void {
    const known = this.byEnd.get(end)
    if (known === undefined) this.byEnd.set(end, new Map([[key, version]]))
    else known.set(key, version)
  }

  /** Forgets the windows that end at `end` or before. */
  forgetUntil(end: UtcTime): void {
    for (const each of this.byEnd.keys()) if (each <= end) this.byEnd.delete(each)
  }
}
