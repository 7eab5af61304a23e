/**
 * Protobuf's wire format, read in place: no copies, no objects. Every method keeps to the message that ends at `end`, throws
 * {@link OtlpMalformed} for what cannot be read, and never looks outside the buffer. Inside this folder only: its callers catch.
 *
 * Stricter than most libraries, which let a nested message run past its end, or read a known field of another wire type as garbage.
 */
import { isUtf8 } from "node:buffer"
import { OtlpMalformed, type OtlpMalformedReason } from "./OtlpMalformed.ts"

const nothing = new Uint8Array(0)

/** As deep as groups and messages may nest: the limit of the library that reads the same bytes elsewhere. */
export const mostDepth = 100

export class WireReader {
  bytes: Uint8Array = nothing
  view: DataView = new DataView(nothing.buffer)
  at = 0

  open(bytes: Uint8Array): void {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.at = 0
  }

  /** Lets go of the buffer. */
  close(): void {
    this.open(nothing)
  }

  fail(reason: OtlpMalformedReason, message: string, offset = this.at): never {
    throw new OtlpMalformed({ reason, message: `${message} at byte ${offset}`, offset })
  }

  /** An unsigned integer; above 2^53 the lowest bits are lost. */
  varint(end: number): number {
    if (this.at < end) {
      const byte = this.bytes[this.at] ?? 0
      if (byte < 128) {
        this.at++
        return byte
      }
    }
    return this.#longVarint(end)
  }

  #longVarint(end: number): number {
    const start = this.at
    let value = 0
    for (let i = 0, scale = 1; i < 10; i++, scale *= 128) {
      if (this.at >= end) this.fail("Truncated", "a number ends too early", start)
      const byte = this.bytes[this.at++] ?? 0
      value += (byte & 127) * scale
      if (byte < 128) return value
    }
    return this.fail("Varint", "a number of more than ten bytes", start)
  }

  /** The lowest 32 bits of an integer, as a signed number: what an enum is. */
  int32(end: number): number {
    const start = this.at
    const value = this.varint(end)
    if (value <= 0x7fffffff) return value
    let low = 0
    for (let i = 0; i < 5; i++) low |= ((this.bytes[start + i] ?? 0) & 127) << (7 * i)
    return low
  }

  /** A field's number times eight plus its wire type. */
  tag(end: number): number {
    const start = this.at
    const tag = this.varint(end)
    if (tag < 8 || tag > 0xffffffff) this.fail("Tag", "no field number", start)
    return tag
  }

  /** Reads a length and gives where what has it ends. */
  ending(end: number): number {
    const length = this.varint(end)
    const stop = this.at + length
    if (stop > end) this.fail("Truncated", `${length} bytes, but only ${end - this.at} are left`)
    return stop
  }

  /** Passes over this many bytes. */
  fixed(bytes: number, end: number): void {
    if (this.at + bytes > end) this.fail("Truncated", "a fixed-width number ends too early")
    this.at += bytes
  }

  /** Whether all bytes from `at` to before `end`, which are in the buffer, are below 128. */
  isAscii(at: number, end: number): boolean {
    const { view } = this
    let next = at
    let seen = 0
    for (const last = end - 3; next < last; next += 4) seen |= view.getUint32(next, true)
    for (; next < end; next++) seen |= view.getUint8(next)
    return (seen & 0x80808080) === 0
  }

  /** Passes over a text of UTF-8 and gives its length; it ends at `at`. */
  text(end: number): number {
    const stop = this.ending(end)
    const length = stop - this.at
    if (!this.isAscii(this.at, stop) && !isUtf8(this.bytes.subarray(this.at, stop))) {
      this.fail("Utf8", "text that is not UTF-8")
    }
    this.at = stop
    return length
  }

  /** Passes over a field that the message at hand does not know; `known` has a bit for each field number that it does. */
  skip(tag: number, known: number, end: number): void {
    const field = tag >>> 3
    if (field < 32 && ((known >>> field) & 1) === 1) {
      this.fail("WireType", `field ${field} with wire type ${tag & 7}`)
    }
    this.#skipValue(tag, end, 0)
  }

  #skipValue(tag: number, end: number, depth: number): void {
    switch (tag & 7) {
      case 0:
        this.varint(end)
        return
      case 1:
        return this.fixed(8, end)
      case 2:
        this.at = this.ending(end)
        return
      case 3:
        return this.#skipGroup(tag, end, depth)
      case 5:
        return this.fixed(4, end)
      default:
        this.fail("Tag", `wire type ${tag & 7}`)
    }
  }

  #skipGroup(tag: number, end: number, depth: number): void {
    if (depth >= mostDepth) this.fail("Depth", "groups nested too deep")
    for (;;) {
      const inner = this.tag(end)
      if ((inner & 7) !== 4) this.#skipValue(inner, end, depth + 1)
      else if (inner >>> 3 === tag >>> 3) return
      else this.fail("Tag", "the end of another group")
    }
  }
}
