/** Which traces are to be looked at in which turn of log time. State: a number an entry. */
export class Turns {
  readonly #millis: number
  readonly #turns = new Map<number, Array<number>>()
  #next = Infinity

  constructor(millis: number) {
    this.#millis = millis
  }

  /** The first turn that ends at this time or later. */
  of(time: number): number {
    return Math.ceil(time / this.#millis)
  }

  add(turn: number, slot: number): void {
    const slots = this.#turns.get(turn)
    if (slots === undefined) this.#turns.set(turn, [slot])
    else slots.push(slot)
    if (turn < this.#next) this.#next = turn
  }

  /** The earliest turn that has ended by now, with its traces; each once. */
  take(
    now: number
  ): { readonly turn: number; readonly time: number; readonly slots: ReadonlyArray<number> } | undefined {
    const turn = this.#next
    if (turn * this.#millis > now) return undefined
    const slots = this.#turns.get(turn) ?? []
    this.#turns.delete(turn)
    this.#next = Infinity
    for (const other of this.#turns.keys()) if (other < this.#next) this.#next = other
    return { turn, time: turn * this.#millis, slots }
  }
}
