/** Calls between services, counted as traces are written: by the hour in which the trace begins, the parent's and the child's service. */

export interface CallCount {
  readonly hour: number
  readonly parent: number
  readonly child: number
  calls: number
  errors: number
}

export const hourNanos = 3_600_000_000_000

/** State: one entry for each edge since the last {@link clear}. */
export class Calls {
  readonly #counts = new Map<number, CallCount>()

  /** `sign`: -1 to take back. */
  add(hour: number, parent: number, child: number, error: boolean, sign: number): void {
    // Services and hours are small: 2^13 of each service and 2^26 hours keep the key exact.
    const key = parent < 8192 && child < 8192 ? (hour * 8192 + parent) * 8192 + child : undefined
    const count = key === undefined ? undefined : this.#counts.get(key)
    if (count !== undefined) {
      count.calls += sign
      if (error) count.errors += sign
      return
    }
    this.#counts.set(key ?? -1 - this.#counts.size, { hour, parent, child, calls: sign, errors: error ? sign : 0 })
  }

  values(): Iterable<CallCount> {
    return this.#counts.values()
  }

  clear(): void {
    this.#counts.clear()
  }
}
