/**
 * The digest of a bag of rows: two int32 lanes a row, summed, so that the order of rows does not matter.
 *
 * A row is folded field by field between `row()` and `end()`, without an allocation: `digest.row().int(auction).time(ts).end()`.
 */
import { T0, words } from "./events.ts"

/** FNV-1a of 32 bits over the UTF-16 units of a text. */
export const fnv1a = (text: string): number => {
  let hash = 0x811c9dc5 | 0
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash
}

const known: ReadonlyMap<string, number> = new Map(words.map((word) => [word, fnv1a(word)]))

const hex = (lane: number): string => (lane >>> 0).toString(16).padStart(8, "0")

export class Digest {
  /** Rows so far. */
  count = 0
  #sumA = 0
  #sumB = 0
  #a = 0
  #b = 0

  /** Begins a row. */
  row(): this {
    this.#a = 0x811c9dc5 | 0
    this.#b = 0x01234567
    return this
  }

  /** Folds an int32. */
  int(value: number): this {
    const a = Math.imul(this.#a ^ value, 0x85ebca6b)
    this.#a = a ^ (a >>> 13)
    const b = Math.imul(this.#b ^ value, 0xc2b2ae35)
    this.#b = b ^ (b >>> 16)
    return this
  }

  /** Folds a time in milliseconds since 1970. */
  time(ts: number): this {
    return this.int((ts - T0) | 0)
  }

  /** Folds a text. The events' own words were hashed ahead. */
  text(value: string): this {
    return this.int(known.get(value) ?? fnv1a(value))
  }

  /** Ends the row and counts it. */
  end(): void {
    this.#sumA = (this.#sumA + this.#a) | 0
    this.#sumB = (this.#sumB + this.#b) | 0
    this.count++
  }

  /** The rows so far as 16 hexadecimal digits. */
  get hash(): string {
    return hex(this.#sumA) + hex(this.#sumB)
  }
}
