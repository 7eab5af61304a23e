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

export const makeConjunction = (
  a: MeanElements,
  b: MeanElements,
  nominalTca: UtcTime,
  nominalMissDistance: number
): Conjunction => {
  const pair = [a.objectId, b.objectId] as const
  const name = `${pair.join("/")}/${format(a.epoch)}/${format(b.epoch)}/${Math.round(nominalTca / 1000)}`
  return {
    alertId: hash("sha256", name, "hex").slice(0, 32),
    pair,
    nominalTca,
    nominalMissDistance,
    reachMillis: Math.min(period(a), period(b)) * 250
  }
}
