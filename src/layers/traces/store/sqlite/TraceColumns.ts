/**
 * What is searched of a block of traces, in columns of 32-bit words: of each trace its id, its place in the block and its time, of each span its service, its
 * operation, its kind, error and time. Times are nanoseconds in two words, the greater first.
 *
 * Stored column by column, little endian: like stands beside like, which is what compresses.
 */

/** Columns of a trace. `frame`: where it begins in the block's bytes. */
export const traceColumn = { id: 0, frame: 4, firstSpan: 5, start: 6, end: 8 } as const
const traceColumns = 10

/** Columns of a span. */
export const spanColumn = { service: 0, operation: 1, flags: 2, start: 3, end: 5 } as const
const spanColumns = 7

/** Bits of `flags`; its higher bits are OTLP's number of the kind. `remote`: the parent is in another process, as far as the span's flags say. */
export const spanFlag = { error: 1, root: 2, remote: 4, kindShift: 3 } as const

const grown = (column: Uint32Array, needed: number): Uint32Array => {
  if (needed <= column.length) return column
  const larger = new Uint32Array(Math.max(needed, column.length * 2))
  larger.set(column)
  return larger
}

export class TraceColumns {
  traces = 0
  spans = 0
  #trace: Array<Uint32Array>
  #span: Array<Uint32Array>

  constructor(traces = 64, spans = 512) {
    this.#trace = Array.from({ length: traceColumns }, () => new Uint32Array(traces))
    this.#span = Array.from({ length: spanColumns }, () => new Uint32Array(spans))
  }

  static decode(bytes: Uint8Array): TraceColumns {
    const words = new Uint32Array(bytes.byteLength >>> 2)
    new Uint8Array(words.buffer).set(bytes.subarray(0, words.byteLength))
    const columns = new TraceColumns(0, 0)
    columns.traces = words[0] ?? 0
    columns.spans = words[1] ?? 0
    let at = 2
    const take = (length: number): Uint32Array => words.subarray(at, at += length)
    columns.#trace = Array.from({ length: traceColumns }, () => take(columns.traces))
    columns.#span = Array.from({ length: spanColumns }, () => take(columns.spans))
    return columns
  }

  encode(): Uint8Array {
    const words = new Uint32Array(2 + this.traces * traceColumns + this.spans * spanColumns)
    words[0] = this.traces
    words[1] = this.spans
    let at = 2
    for (const column of this.#trace) {
      words.set(column.subarray(0, this.traces), at)
      at += this.traces
    }
    for (const column of this.#span) {
      words.set(column.subarray(0, this.spans), at)
      at += this.spans
    }
    return new Uint8Array(words.buffer)
  }

  clear(): void {
    this.traces = this.spans = 0
  }

  /** What is held in memory. */
  get bytes(): number {
    return this.traces * traceColumns * 4 + this.spans * spanColumns * 4
  }

  /** A word of a trace. */
  trace(place: number, column: number): number {
    return this.#trace[column]?.[place] ?? 0
  }

  span(place: number, column: number): number {
    return this.#span[column]?.[place] ?? 0
  }

  /** A whole column of the spans, for who looks at all. */
  spanColumn(column: number): Uint32Array {
    return this.#span[column] ?? new Uint32Array(0)
  }

  setTrace(place: number, column: number, word: number): void {
    const words = this.#trace[column]
    if (words === undefined) return
    const room = grown(words, place + 1)
    if (room !== words) this.#trace[column] = room
    room[place] = word
  }

  setSpan(place: number, column: number, word: number): void {
    const words = this.#span[column]
    if (words === undefined) return
    const room = grown(words, place + 1)
    if (room !== words) this.#span[column] = room
    room[place] = word
  }

  /** The first span of the trace behind. */
  endOfSpans(place: number): number {
    return place + 1 < this.traces ? this.trace(place + 1, traceColumn.firstSpan) : this.spans
  }

  traceId(place: number): string {
    let id = ""
    for (let i = 0; i < 4; i++) id += this.trace(place, i).toString(16).padStart(8, "0")
    return id
  }

  traceTime(place: number, column: number): bigint {
    return (BigInt(this.trace(place, column)) << 32n) | BigInt(this.trace(place, column + 1))
  }

  spanTime(place: number, column: number): bigint {
    return (BigInt(this.span(place, column)) << 32n) | BigInt(this.span(place, column + 1))
  }

  /** Nanoseconds as a double: exact to 256 ns. For what is only compared. */
  traceMoment(place: number, column: number): number {
    return this.trace(place, column) * 2 ** 32 + this.trace(place, column + 1)
  }

  /** Of a trace, exact below a hundred days. */
  durationOfTrace(place: number): number {
    return (this.trace(place, traceColumn.end) - this.trace(place, traceColumn.start)) * 2 ** 32
      + (this.trace(place, traceColumn.end + 1) - this.trace(place, traceColumn.start + 1))
  }

  durationOfSpan(place: number): number {
    return (this.span(place, spanColumn.end) - this.span(place, spanColumn.start)) * 2 ** 32
      + (this.span(place, spanColumn.end + 1) - this.span(place, spanColumn.start + 1))
  }
}

/** Whether a time in two words comes before another. */
export const isBefore = (high: number, low: number, otherHigh: number, otherLow: number): boolean =>
  high === otherHigh ? low < otherLow : high < otherHigh
