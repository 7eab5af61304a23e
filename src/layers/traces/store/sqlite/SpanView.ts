/**
 * Looks into one encoded `opentelemetry.proto.trace.v1.Span` without decoding it: fields as numbers and places in its bytes.
 *
 * The bytes are a scan's, so they are well formed; what is not makes a view of less, never a read out of bounds. One view serves all spans, one after the other.
 */

/** A row per attribute: where the key and the value stand, and the value's field number in `AnyValue` (0: none). */
export const attributeRow = { key: 0, keyEnd: 1, type: 2, value: 3, valueEnd: 4 } as const
export const attributeStride = 5

const noBytes = new Uint8Array(0)

export class SpanView {
  bytes: Uint8Array = noBytes
  /** Place of the 16 and of the 8 bytes; 0: absent. */
  traceId = 0
  spanId = 0
  /** 0: a root. */
  parent = 0
  name = 0
  nameEnd = 0
  kind = 0
  status = 0
  /** OTLP's: the low byte is W3C's, bit 8 tells whether bit 9 (the parent is remote) means something. */
  flags = 0
  /** Nanoseconds since the Unix epoch in two words. */
  startHigh = 0
  startLow = 0
  endHigh = 0
  endLow = 0
  attributes = 0
  rows = new Int32Array(64 * attributeStride)
  /** Places of the linked trace ids. */
  readonly links: Array<number> = []
  #at = 0

  open(bytes: Uint8Array): void {
    this.bytes = bytes
    this.traceId =
      this.spanId =
      this.parent =
      this.name =
      this.nameEnd =
      this.kind =
      this.status =
      this.flags =
        0
    this.startHigh =
      this.startLow =
      this.endHigh =
      this.endLow =
        0
    this.attributes = 0
    if (this.links.length > 0) this.links.length = 0
    const end = bytes.length
    this.#at = 0
    while (this.#at < end) {
      const tag = this.#varint()
      switch (tag) {
        case 10:
          this.traceId = this.#lengthDelimited(16)
          break
        case 18:
          this.spanId = this.#lengthDelimited(8)
          break
        case 34:
          this.parent = this.#parent()
          break
        case 42: {
          const length = this.#varint()
          this.name = this.#at
          this.nameEnd = this.#at += length
          break
        }
        case 48:
          this.kind = this.#varint()
          break
        case 57:
          this.startLow = this.#word()
          this.startHigh = this.#word()
          break
        case 65:
          this.endLow = this.#word()
          this.endHigh = this.#word()
          break
        case 74: {
          this.#attribute(this.#end())
          break
        }
        case 106: {
          this.#link(this.#end())
          break
        }
        case 133:
          this.flags = this.#word()
          break
        case 122: {
          this.#status(this.#end())
          break
        }
        default:
          this.#skip(tag)
      }
    }
  }

  /** The attributes of a `Resource` message, whose field of them is another. */
  openResource(bytes: Uint8Array): void {
    this.bytes = bytes
    this.attributes = 0
    this.#at = 0
    while (this.#at < bytes.length) {
      const tag = this.#varint()
      if (tag !== 10) this.#skip(tag)
      else {
        this.#attribute(this.#end())
      }
    }
  }

  #varint(): number {
    const { bytes } = this
    let value = 0
    for (let scale = 1; this.#at < bytes.length; scale *= 128) {
      const byte = bytes[this.#at++] ?? 0
      value += (byte & 127) * scale
      if (byte < 128) break
    }
    return value
  }

  /** Where what begins with its length here ends: within the bytes, so that every walk comes to an end. */
  #end(): number {
    const length = this.#varint()
    return Math.min(this.#at + length, this.bytes.length)
  }

  #word(): number {
    const { bytes } = this
    const at = this.#at
    this.#at += 4
    return ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) |
      ((bytes[at + 3] ?? 0) << 24))
      >>> 0
  }

  #lengthDelimited(wanted: number): number {
    const length = this.#varint()
    const at = this.#at
    this.#at += length
    return length === wanted ? at : 0
  }

  #parent(): number {
    const at = this.#lengthDelimited(8)
    if (at === 0) return 0
    for (let i = 0; i < 8; i++) if (this.bytes[at + i] !== 0) return at
    return 0
  }

  #skip(tag: number): void {
    const type = tag & 7
    if (type === 0) this.#varint()
    else if (type === 1) this.#at += 8
    else if (type === 5) this.#at += 4
    else if (type === 2) {
      const length = this.#varint()
      this.#at += length
    } else this.#at = this.bytes.length
  }

  #attribute(end: number): void {
    const row = this.attributes++ * attributeStride
    if (row + attributeStride > this.rows.length) {
      const larger = new Int32Array(this.rows.length * 2)
      larger.set(this.rows)
      this.rows = larger
    }
    const { rows } = this
    rows[row] =
      rows[row + 1] =
      rows[row + 2] =
      rows[row + 3] =
      rows[row + 4] =
        0
    while (this.#at < end) {
      const tag = this.#varint()
      if (tag === 10) {
        const length = this.#varint()
        rows[row] = this.#at
        rows[row + 1] = this.#at += length
      } else if (tag === 18) {
        this.#value(row, this.#end())
      } else this.#skip(tag)
    }
    this.#at = end
  }

  #value(row: number, end: number): void {
    const { rows } = this
    while (this.#at < end) {
      const tag = this.#varint()
      const field = tag >>> 3
      rows[row + attributeRow.type] = field
      if ((tag & 7) === 2) {
        const length = this.#varint()
        rows[row + attributeRow.value] = this.#at
        this.#at += length
      } else {
        rows[row + attributeRow.value] = this.#at
        this.#skip(tag)
      }
      rows[row + attributeRow.valueEnd] = this.#at
    }
  }

  #link(end: number): void {
    while (this.#at < end) {
      const tag = this.#varint()
      if (tag === 10) {
        const at = this.#lengthDelimited(16)
        if (at > 0) this.links.push(at)
      } else this.#skip(tag)
    }
    this.#at = end
  }

  #status(end: number): void {
    while (this.#at < end) {
      const tag = this.#varint()
      if (tag === 24) this.status = this.#varint()
      else this.#skip(tag)
    }
    this.#at = end
  }
}
