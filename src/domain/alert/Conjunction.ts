/**
 * A conjunction as the catalogue alone foresees it. It gives an alert its name, which no observation changes.
 */
import { hash } from "node:crypto"
import type { MeanElements } from "../orbit/catalogue/MeanElements.ts"
import { period } from "../orbit/catalogue/MeanElements.ts"
import type { UtcTime } from "../time/UtcTime.ts"
import { format } from "../time/UtcTime.ts"

export interface Conjunction {
  /** 32 hex digits. Of the sorted pair, their element-set epochs and the nominal TCA to the second. */
  readonly alertId: string
  /** Sorted object ids. */
  readonly pair: readonly [string, string]
  /** Of the catalogue's elements. */
  readonly nominalTca: UtcTime
  /** m, of the catalogue's elements. */
  readonly nominalMissDistance: number
  /** A closest approach of the pair within this many milliseconds of the nominal one is this conjunction: a quarter of the shorter period. */
  readonly reachMillis: number
}

type Fields = Omit<Conjunction, "alertId">

/** Its name is made when it is first asked for: of most conjunctions of a catalogue nobody ever asks. */
class Foreseen implements Conjunction {
  readonly pair: readonly [string, string]
  readonly nominalTca: UtcTime
  readonly nominalMissDistance: number
  readonly reachMillis: number
  #name: string | (() => string)

  constructor({ nominalMissDistance, nominalTca, pair, reachMillis }: Fields, name: string | (() => string)) {
    this.pair = pair
    this.nominalTca = nominalTca
    this.nominalMissDistance = nominalMissDistance
    this.reachMillis = reachMillis
    this.#name = name
  }

  get alertId(): string {
    if (typeof this.#name !== "string") this.#name = this.#name()
    return this.#name
  }
}

export const makeConjunction = (
  a: MeanElements,
  b: MeanElements,
  nominalTca: UtcTime,
  nominalMissDistance: number
): Conjunction => {
  const pair = [a.objectId, b.objectId] as const
  const reachMillis = Math.min(period(a), period(b)) * 250
  return new Foreseen({ pair, nominalTca, nominalMissDistance, reachMillis }, () => {
    const name = `${pair.join("/")}/${format(a.epoch)}/${format(b.epoch)}/${Math.round(nominalTca / 1000)}`
    return hash("sha256", name, "hex").slice(0, 32)
  })
}

/** One that was named before. */
export const namedConjunction = ({ alertId, ...fields }: Conjunction): Conjunction => new Foreseen(fields, alertId)
