/**
 * Buffers for request bodies, used again: a fresh one of half a megabyte costs its page faults each time. Sizes are powers of two.
 *
 * **Bound.** At most `most` bytes are kept; what is released beyond goes to the garbage collector.
 */
export class BufferPool {
  readonly #free = new Map<number, Array<Uint8Array>>()
  readonly #most: number
  #kept = 0

  constructor(most: number) {
    this.#most = most
  }

  /** A buffer of at least this size, whose bytes are whatever they were. */
  take(bytes: number): Uint8Array {
    const size = Math.max(64 * 1024, 2 ** Math.ceil(Math.log2(bytes)))
    const buffer = this.#free.get(size)?.pop()
    if (buffer === undefined) return Buffer.allocUnsafeSlow(size)
    this.#kept -= size
    return buffer
  }

  /** Whoever gives it back must not look at it again. */
  release(buffer: Uint8Array): void {
    const size = buffer.length
    if (this.#kept + size > this.#most) return
    this.#kept += size
    const free = this.#free.get(size)
    if (free === undefined) this.#free.set(size, [buffer])
    else free.push(buffer)
  }
}
