/** What was read lately, up to a number of bytes; what was used longest ago goes first. */
export class ByteCache<A> {
  readonly #entries = new Map<string, { readonly value: A; readonly bytes: number }>()
  readonly #most: number
  #bytes = 0

  constructor(most: number) {
    this.#most = most
  }

  get(key: string, make: () => A, bytesOf: (value: A) => number): A {
    const known = this.#entries.get(key)
    if (known !== undefined) {
      this.#entries.delete(key)
      this.#entries.set(key, known)
      return known.value
    }
    const value = make()
    const bytes = bytesOf(value) + 100
    this.#entries.set(key, { value, bytes })
    this.#bytes += bytes
    for (const [oldest, entry] of this.#entries) {
      if (this.#bytes <= this.#most || oldest === key) break
      this.#entries.delete(oldest)
      this.#bytes -= entry.bytes
    }
    return value
  }
}
