/** Which trace ids were written lately, as 32-bit fingerprints: one may be taken for another, which costs a look-up. State: two generations of half a million. */

const slots = 1 << 20
const mostOfGeneration = slots / 2

export class RecentHashes {
  #current = new Uint32Array(slots)
  #previous = new Uint32Array(slots)
  #count = 0
  /** A whole generation is known. */
  turned = false

  /** Gives whether it was there. */
  add(hash: number): boolean {
    const fingerprint = (hash >>> 0) || 1
    if (this.#has(this.#current, fingerprint) >= 0) return true
    const before = this.#has(this.#previous, fingerprint) >= 0
    this.#current[-1 - this.#has(this.#current, fingerprint)] = fingerprint
    if (++this.#count >= mostOfGeneration) {
      ;[this.#previous, this.#current] = [this.#current, this.#previous]
      this.#current.fill(0)
      this.#count = 0
      this.turned = true
    }
    return before
  }

  /** Its slot, or -1 minus the one where it would be. */
  #has(words: Uint32Array, fingerprint: number): number {
    let at = Math.imul(fingerprint, 0x9e3779b1) >>> 12
    for (let word = words[at]; word !== 0; word = words[at]) {
      if (word === fingerprint) return at
      at = (at + 1) & (slots - 1)
    }
    return -1 - at
  }
}
