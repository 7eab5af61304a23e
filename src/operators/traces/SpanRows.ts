/** The spans that wait, a row of words each, chained by trace. State: 44 bytes a span. */

export const rowAt = {
  next: 0,
  body: 1,
  from: 2,
  to: 3,
  resource: 4,
  scope: 5,
  id: 6,
  parent: 8,
  /** OTLP's kind, and above it whether the parent is remote. */
  kind: 10
} as const

export const rowStride = 11

/** No row. */
export const noRow = 0xffffffff

export class SpanRows {
  words = new Uint32Array(4096 * rowStride)
  size = 0
  #free = noRow
  #fresh = 0

  /** A row, whose words are whatever they were. */
  take(): number {
    this.size++
    if (this.#free !== noRow) {
      const row = this.#free
      this.#free = this.words[row * rowStride] ?? noRow
      return row
    }
    const row = this.#fresh++
    if ((row + 1) * rowStride > this.words.length) {
      const larger = new Uint32Array(this.words.length * 2)
      larger.set(this.words)
      this.words = larger
    }
    return row
  }

  give(row: number): void {
    this.size--
    this.words[row * rowStride] = this.#free
    this.#free = row
  }
}
