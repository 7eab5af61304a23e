/**
 * Trace ids in four words each, by slot: an open-addressed hash table, so that an id costs 16 bytes and a few of the table's and no object.
 *
 * State: `capacity` slots, doubled when they are taken.
 */
export class TraceIds {
  size = 0
  #ids = new Uint32Array(1024 * 4)
  /** Slot and one; 0: free. */
  #table = new Uint32Array(4096)
  #free: Array<number> = []
  #fresh = 0

  get capacity(): number {
    return this.#ids.length / 4
  }

  get bytes(): number {
    return this.#ids.byteLength + this.#table.byteLength
  }

  /** A word of the id in a slot. */
  word(slot: number, i: number): number {
    return this.#ids[slot * 4 + i] ?? 0
  }

  hex(slot: number): string {
    let id = ""
    for (let i = 0; i < 4; i++) id += this.word(slot, i).toString(16).padStart(8, "0")
    return id
  }

  /** The slot of the id whose words stand at `at`; -1: there is none. */
  find(words: Uint32Array, at: number): number {
    const ids = this.#ids
    const mask = this.#table.length - 1
    let place = startOf(words[at + 1] ?? 0, words[at + 3] ?? 0) & mask
    for (let slot = this.#table[place] ?? 0; slot !== 0; slot = this.#table[place] ?? 0) {
      const id = (slot - 1) * 4
      if (
        ids[id + 3] === words[at + 3] && ids[id + 2] === words[at + 2] && ids[id + 1] === words[at + 1]
        && ids[id] === words[at]
      ) return slot - 1
      place = (place + 1) & mask
    }
    return -1
  }

  /** A slot for an id that is not there. `grown` is told of the new capacity, before the slot is used. */
  add(words: Uint32Array, at: number, grown: (capacity: number) => void): number {
    let slot = this.#free.pop()
    if (slot === undefined) {
      slot = this.#fresh++
      if (slot >= this.capacity) {
        const larger = new Uint32Array(this.#ids.length * 2)
        larger.set(this.#ids)
        this.#ids = larger
        grown(this.capacity)
      }
    }
    for (let i = 0; i < 4; i++) this.#ids[slot * 4 + i] = words[at + i] ?? 0
    if (++this.size * 2 > this.#table.length) this.#rehash()
    this.#place(slot)
    return slot
  }

  remove(slot: number): void {
    const table = this.#table
    const mask = table.length - 1
    let place = this.#home(slot)
    while (table[place] !== slot + 1) place = (place + 1) & mask
    // Those behind move up, unless they would come before their own place.
    for (let next = (place + 1) & mask; table[next] !== 0; next = (next + 1) & mask) {
      const home = this.#home((table[next] ?? 0) - 1)
      if (((next - home) & mask) >= ((next - place) & mask)) {
        table[place] = table[next] ?? 0
        place = next
      }
    }
    table[place] = 0
    this.size--
    this.#free.push(slot)
  }

  /** Every slot in use, in no certain order. */
  *slots(): Generator<number> {
    for (const slot of this.#table) if (slot !== 0) yield slot - 1
  }

  clear(): void {
    this.#table.fill(0)
    this.#free = []
    this.#fresh = 0
    this.size = 0
  }

  #home(slot: number): number {
    return startOf(this.#ids[slot * 4 + 1] ?? 0, this.#ids[slot * 4 + 3] ?? 0) & (this.#table.length - 1)
  }

  #place(slot: number): void {
    const mask = this.#table.length - 1
    let place = this.#home(slot)
    while (this.#table[place] !== 0) place = (place + 1) & mask
    this.#table[place] = slot + 1
  }

  #rehash(): void {
    const before = this.#table
    this.#table = new Uint32Array(before.length * 2)
    for (const slot of before) if (slot !== 0) this.#place(slot - 1)
  }
}

/** Ids are random in their last words, as a rule: some senders fill the first half with zeros. */
const startOf = (second: number, last: number): number => {
  let hash = Math.imul(last ^ (second >>> 3), 0x9e3779b1)
  hash ^= hash >>> 15
  return hash >>> 0
}
