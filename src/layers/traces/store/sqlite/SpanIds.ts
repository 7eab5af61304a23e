/** The spans of one trace by their ids: who has a span's id already, who is its parent. State: the spans of one trace. */

const stride = 6
/** Up to so many a walk over all beats a map. */
const fewSpans = 16
const anyKind = -1

export class SpanIds {
  size = 0
  #rows = new Uint32Array(64 * stride)
  /** The last span whose id ends in this word; those before it by `next`. */
  readonly #last = new Map<number, number>()
  #next = new Int32Array(64)
  #indexed = 0

  clear(): void {
    this.size = 0
    this.#indexed = 0
    if (this.#last.size > 0) this.#last.clear()
  }

  add(high: number, low: number, kind: number, parentHigh: number, parentLow: number, service: number): void {
    const row = this.size * stride
    if (row + stride > this.#rows.length) {
      const larger = new Uint32Array(this.#rows.length * 2)
      larger.set(this.#rows)
      this.#rows = larger
    }
    const rows = this.#rows
    rows[row] = high
    rows[row + 1] = low
    rows[row + 2] = kind
    rows[row + 3] = parentHigh
    rows[row + 4] = parentLow
    rows[row + 5] = service
    this.size++
  }

  /** The span of this id and kind. */
  find(high: number, low: number, kind: number): number | undefined {
    return this.#search(high, low, kind)
  }

  service(place: number): number {
    return this.#rows[place * stride + 5] ?? 0
  }

  /**
   * The span that calls this one: the one that has its parent's id, or, where client and server share an id, the client of the same id.
   * `undefined` for a root, and where it has not come.
   */
  caller(place: number, server: number, client: number): number | undefined {
    const row = place * stride
    const rows = this.#rows
    const [parentHigh, parentLow] = [rows[row + 3] ?? 0, rows[row + 4] ?? 0]
    if (rows[row + 2] === server) {
      const twin = this.find(rows[row] ?? 0, rows[row + 1] ?? 0, client)
      if (twin !== undefined) return twin
    }
    return (parentHigh | parentLow) === 0 ? undefined : this.#search(parentHigh, parentLow, anyKind)
  }

  #search(high: number, low: number, kind: number): number | undefined {
    const rows = this.#rows
    if (this.size <= fewSpans) {
      for (let place = 0; place < this.size; place++) {
        const row = place * stride
        if (
          rows[row + 1] === low && rows[row] === high && (kind === anyKind || rows[row + 2] === kind)
        ) return place
      }
      return undefined
    }
    this.#index()
    for (let place = this.#last.get(low) ?? -1; place >= 0; place = this.#next[place] ?? -1) {
      if (rows[place * stride] === high && (kind === anyKind || rows[place * stride + 2] === kind)) return place
    }
    return undefined
  }

  #index(): void {
    if (this.size > this.#next.length) {
      const larger = new Int32Array(Math.max(this.size, this.#next.length * 2))
      larger.set(this.#next)
      this.#next = larger
    }
    for (; this.#indexed < this.size; this.#indexed++) {
      const low = this.#rows[this.#indexed * stride + 1] ?? 0
      this.#next[this.#indexed] = this.#last.get(low) ?? -1
      this.#last.set(low, this.#indexed)
    }
  }
}
