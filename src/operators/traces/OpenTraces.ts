/**
 * The traces that wait for their decision: an id, a few numbers and a chain of spans each.
 *
 * State: about 110 bytes a trace and 44 a span.
 */
import { noRow, rowAt, rowStride, SpanRows } from "./SpanRows.ts"
import { TraceIds } from "./TraceIds.ts"

/** Bits of a trace. */
export const traceFlag = { rootEnded: 1, late: 2, forced: 4, closing: 8, looked: 16 } as const

const grownWords = (words: Uint32Array<ArrayBuffer>, capacity: number): Uint32Array<ArrayBuffer> => {
  const larger = new Uint32Array(capacity)
  larger.set(words)
  return larger
}
const grownDoubles = (doubles: Float64Array<ArrayBuffer>, capacity: number): Float64Array<ArrayBuffer> => {
  const larger = new Float64Array(capacity)
  larger.set(doubles)
  return larger
}

export class OpenTraces {
  readonly ids = new TraceIds()
  readonly rows = new SpanRows()
  first = new Uint32Array(1024)
  last = new Uint32Array(1024)
  spans = new Uint32Array(1024)
  bytes = new Uint32Array(1024)
  flags = new Uint32Array(1024)
  /** Which of the policies' conditions some span fulfils. */
  matched = new Uint32Array(1024)
  randomHigh = new Uint32Array(1024)
  randomLow = new Uint32Array(1024)
  floorHigh = new Uint32Array(1024)
  floorLow = new Uint32Array(1024)
  /** First start and last end, ns rounded. */
  start = new Float64Array(1024)
  end = new Float64Array(1024)
  /** Log time, ms. */
  arrivedAt = new Float64Array(1024)
  heardAt = new Float64Array(1024)
  dueAt = new Float64Array(1024)
  /** The turn in which it is looked at next. */
  queued = new Float64Array(1024)
  /** Offset of its first record. */
  offset = new Float64Array(1024)

  find(words: Uint32Array, at: number): number {
    return this.ids.find(words, at)
  }

  open(words: Uint32Array, at: number): number {
    const slot = this.ids.add(words, at, (capacity) => this.#grow(capacity))
    this.first[slot] = this.last[slot] = noRow
    this.spans[slot] =
      this.bytes[slot] =
      this.flags[slot] =
      this.matched[slot] =
        0
    this.floorHigh[slot] = this.floorLow[slot] = 0
    this.start[slot] = Infinity
    this.end[slot] = -Infinity
    return slot
  }

  /** A row at the end of the trace's chain. */
  append(slot: number): number {
    const row = this.rows.take()
    const { words } = this.rows
    words[row * rowStride + rowAt.next] = noRow
    const last = this.last[slot] ?? noRow
    if (last === noRow) this.first[slot] = row
    else words[last * rowStride + rowAt.next] = row
    this.last[slot] = row
    this.spans[slot] = (this.spans[slot] ?? 0) + 1
    return row
  }

  close(slot: number): void {
    const { words } = this.rows
    for (let row = this.first[slot] ?? noRow; row !== noRow;) {
      const next = words[row * rowStride + rowAt.next] ?? noRow
      this.rows.give(row)
      row = next
    }
    this.ids.remove(slot)
    this.spans[slot] = 0
  }

  /** About what the traces and spans take. */
  get memory(): number {
    return this.ids.size * 128 + this.rows.size * rowStride * 4
  }

  #grow(capacity: number): void {
    this.first = grownWords(this.first, capacity)
    this.last = grownWords(this.last, capacity)
    this.spans = grownWords(this.spans, capacity)
    this.bytes = grownWords(this.bytes, capacity)
    this.flags = grownWords(this.flags, capacity)
    this.matched = grownWords(this.matched, capacity)
    this.randomHigh = grownWords(this.randomHigh, capacity)
    this.randomLow = grownWords(this.randomLow, capacity)
    this.floorHigh = grownWords(this.floorHigh, capacity)
    this.floorLow = grownWords(this.floorLow, capacity)
    this.start = grownDoubles(this.start, capacity)
    this.end = grownDoubles(this.end, capacity)
    this.arrivedAt = grownDoubles(this.arrivedAt, capacity)
    this.heardAt = grownDoubles(this.heardAt, capacity)
    this.dueAt = grownDoubles(this.dueAt, capacity)
    this.queued = grownDoubles(this.queued, capacity)
    this.offset = grownDoubles(this.offset, capacity)
  }
}
