/**
 * What was decided about traces, for the spans that come later and for those that are read again after a restart.
 *
 * State: two generations of half the capacity, about 60 bytes a decision; when the newer is full the older goes.
 */
import type { Threshold } from "../../domain/sampling/head/threshold.ts"
import { TraceIds } from "./TraceIds.ts"

export interface Decided {
  readonly keep: boolean
  readonly threshold: Threshold
  readonly policy: string
  /** Log time, ms. */
  readonly decidedAt: number
  /** The records before this offset were looked at. */
  readonly upTo: number
  readonly revision: number
}

const larger = <A extends Uint32Array | Uint16Array | Uint8Array | Float64Array>(made: A, before: A): A => {
  made.set(before)
  return made
}

class Generation {
  readonly ids = new TraceIds()
  #high = new Uint32Array(1024)
  #low = new Uint32Array(1024)
  #policy = new Uint16Array(1024)
  #keep = new Uint8Array(1024)
  #revision = new Uint16Array(1024)
  #at = new Float64Array(1024)
  #upTo = new Float64Array(1024)

  set(words: Uint32Array, at: number, decided: Decided, policy: number): void {
    const known = this.ids.find(words, at)
    const slot = known >= 0 ? known : this.ids.add(words, at, (capacity) => this.#grow(capacity))
    this.#high[slot] = decided.threshold.high
    this.#low[slot] = decided.threshold.low
    this.#policy[slot] = policy
    this.#keep[slot] = decided.keep ? 1 : 0
    this.#revision[slot] = decided.revision
    this.#at[slot] = decided.decidedAt
    this.#upTo[slot] = decided.upTo
  }

  get(slot: number, policies: ReadonlyArray<string>): Decided {
    return {
      keep: this.#keep[slot] === 1,
      threshold: { high: this.#high[slot] ?? 0, low: this.#low[slot] ?? 0 },
      policy: policies[this.#policy[slot] ?? 0] ?? "",
      decidedAt: this.#at[slot] ?? 0,
      upTo: this.#upTo[slot] ?? 0,
      revision: this.#revision[slot] ?? 1
    }
  }

  #grow(capacity: number): void {
    this.#high = larger(new Uint32Array(capacity), this.#high)
    this.#low = larger(new Uint32Array(capacity), this.#low)
    this.#policy = larger(new Uint16Array(capacity), this.#policy)
    this.#keep = larger(new Uint8Array(capacity), this.#keep)
    this.#revision = larger(new Uint16Array(capacity), this.#revision)
    this.#at = larger(new Float64Array(capacity), this.#at)
    this.#upTo = larger(new Float64Array(capacity), this.#upTo)
  }
}

export class Decisions {
  #current = new Generation()
  #previous = new Generation()
  readonly #policies: Array<string> = []
  readonly #numbers = new Map<string, number>()
  readonly #half: number

  constructor(capacity: number) {
    this.#half = Math.max(1, Math.floor(capacity / 2))
  }

  get size(): number {
    return this.#current.ids.size + this.#previous.ids.size
  }

  get(words: Uint32Array, at: number): Decided | undefined {
    const recent = this.#current.ids.find(words, at)
    if (recent >= 0) return this.#current.get(recent, this.#policies)
    const older = this.#previous.ids.find(words, at)
    return older >= 0 ? this.#previous.get(older, this.#policies) : undefined
  }

  set(words: Uint32Array, at: number, decided: Decided): void {
    if (this.#current.ids.size >= this.#half && this.#current.ids.find(words, at) < 0) {
      this.#previous = this.#current
      this.#current = new Generation()
    }
    this.#current.set(words, at, decided, this.#policy(decided.policy))
  }

  #policy(name: string): number {
    const known = this.#numbers.get(name)
    if (known !== undefined) return known
    const number = this.#policies.length
    this.#policies.push(name)
    this.#numbers.set(name, number)
    return number
  }
}
