/** Names of services and operations as numbers, from 1 on, per file. */

export class Names {
  readonly #ids = new Map<string, number>()
  readonly #texts: Array<string> = [""]
  /** Those that were not stored yet. */
  fresh: Array<readonly [id: number, text: string]> = []

  /** As they are stored. */
  load(id: number, text: string): void {
    this.#ids.set(text, id)
    this.#texts[id] = text
  }

  /** Gives a new name a number. */
  idOf(text: string): number {
    const known = this.#ids.get(text)
    if (known !== undefined) return known
    const id = this.#texts.length
    this.load(id, text)
    this.fresh.push([id, text])
    return id
  }

  find(text: string): number | undefined {
    return this.#ids.get(text)
  }

  text(id: number): string {
    return this.#texts[id] ?? ""
  }

  get size(): number {
    return this.#texts.length
  }
}
