/**
 * Which `key=value` may be in a block of traces: a Bloom filter in sixteen slices, each for the hashes that begin with its four bits.
 *
 * A look-up needs one slice; slices of 64 blocks stand together in one row of the store. Ten hashes and 14 bits an entry: one look-up in a thousand finds a
 * block in vain (Bloom, "Space/time trade-offs in hash coding with allowable errors", 1970; two hashes serve as ten after Kirsch and Mitzenmacher, 2006).
 */
import { finish } from "./TagHasher.ts"

export const sliceCount = 16
const hashes = 10
const bitsPerEntry = 14

export const sliceOf = (hash: number): number => hash >>> 28

/** Distinct hashes, none of them 0. State: as many words as twice the entries. */
export class TagSet {
  #words = new Uint32Array(4096)
  size = 0

  readonly add = (hash: number): void => {
    const wanted = hash === 0 ? 1 : hash
    const mask = this.#words.length - 1
    let at = Math.imul(wanted, 0x9e3779b1) >>> 7 & mask
    for (let word = this.#words[at]; word !== 0; word = this.#words[at]) {
      if (word === wanted) return
      at = (at + 1) & mask
    }
    this.#words[at] = wanted
    if (++this.size * 2 > this.#words.length) this.#grow()
  }

  clear(): void {
    this.size = 0
    if (this.#words.length > 65_536) this.#words = new Uint32Array(4096)
    else this.#words.fill(0)
  }

  has(hash: number): boolean {
    const wanted = hash === 0 ? 1 : hash
    const mask = this.#words.length - 1
    let at = Math.imul(wanted, 0x9e3779b1) >>> 7 & mask
    for (let word = this.#words[at]; word !== 0; word = this.#words[at]) {
      if (word === wanted) return true
      at = (at + 1) & mask
    }
    return false
  }

  /** The filter's slices, one behind the other, all of one length. */
  toFilter(): Uint8Array {
    const bytes = Math.max(8, Math.ceil(this.size * bitsPerEntry / sliceCount / 8))
    const filter = new Uint8Array(bytes * sliceCount)
    for (const hash of this.#words) {
      if (hash !== 0) setBits(filter, sliceOf(hash) * bytes, bytes, hash)
    }
    return filter
  }

  #grow(): void {
    const before = this.#words
    this.#words = new Uint32Array(before.length * 2)
    this.size = 0
    for (const hash of before) if (hash !== 0) this.add(hash)
  }
}

const setBits = (filter: Uint8Array, from: number, bytes: number, hash: number): void => {
  const bits = bytes * 8
  let place = finish(hash ^ 0x5bd1e995)
  const step = finish(hash ^ 0x27d4eb2f) | 1
  for (let i = 0; i < hashes; i++) {
    const bit = place % bits
    filter[from + (bit >>> 3)] = (filter[from + (bit >>> 3)] ?? 0) | (1 << (bit & 7))
    place = (place + step) >>> 0
  }
}

/** Whether the slice that stands there may hold the hash. */
export const mayHold = (slice: Uint8Array, from: number, bytes: number, hash: number): boolean => {
  const wanted = hash === 0 ? 1 : hash
  const bits = bytes * 8
  let place = finish(wanted ^ 0x5bd1e995)
  const step = finish(wanted ^ 0x27d4eb2f) | 1
  for (let i = 0; i < hashes; i++) {
    const bit = place % bits
    if (((slice[from + (bit >>> 3)] ?? 0) & (1 << (bit & 7))) === 0) return false
    place = (place + step) >>> 0
  }
  return true
}
