/** The few greatest, of events or of groups. */
import { Schema } from "effect"
import { Numeric } from "../../domain/time/Numeric.ts"
import { arrayOf, schemaOf } from "../state/Binary.ts"
import { type Aggregate, viewOf } from "./Aggregate.ts"
import type { PayloadOptions } from "./payloads.ts"

/** What happens to those equal to the k-th: `all` keeps them too, `first` keeps the first to arrive, so that there are k at most. */
export type Ties = "all" | "first"

type Ranked<A> = readonly [value: number, item: A]

export interface TopKOptions<A> extends PayloadOptions<A> {
  readonly by: (payload: A) => number
  readonly ties?: Ties
  /** With `ties: "all"`, how many are kept in all: ties beyond have no room. Default 10 000. */
  readonly maxItems?: number
}

/**
 * The `k` events with the greatest numbers, greatest first, equal ones in order of arrival. Those whose number is NaN count for nothing.
 * State: k events, more with ties. Cost: a comparison an event, and a shift of at most k for one that gets in.
 */
export const topK = <A>(k: number, options: TopKOptions<A>): Aggregate<A, Array<Ranked<A>>, ReadonlyArray<A>> => {
  const { by, maxItems = 10_000, payload: payloadCodec, ties = "first" } = options

  const put = (ranked: Array<Ranked<A>>, value: number, item: A): void => {
    const last = ranked[k - 1]?.[0]
    if (last !== undefined && !(ties === "all" ? value >= last : value > last)) return
    if (Number.isNaN(value)) return
    let place = ranked.length
    while (place > 0 && (ranked[place - 1]?.[0] ?? Infinity) < value) place--
    ranked.splice(place, 0, [value, item])
    const least = ranked[k - 1]?.[0]
    if (ranked.length <= k || least === undefined) return
    if (ties === "first") ranked.length = k
    else while ((ranked.at(-1)?.[0] ?? least) < least) ranked.pop()
  }

  return {
    initial: () => [],
    add: (acc, payload) => {
      put(acc, by(payload), payload)
      return acc
    },
    merge: (acc, later) => {
      for (const [value, item] of later) put(acc, value, item)
      return acc
    },
    result: (acc) => acc.map(([, item]) => item),
    hasRoom: (acc, payload) => acc.length < maxItems || by(payload) !== acc.at(-1)?.[0],
    size: (acc) => acc.length,
    schema: arrayOf(Schema.Tuple([Numeric, schemaOf(payloadCodec)]))
  }
}

/** A group and its number. */
export type Group<K> = readonly [key: K, value: number]

/** Numbers, then NaN, which is neither less nor greater than any, then texts. */
const kindOf = (key: number | string): number => typeof key === "string" ? 2 : Number.isNaN(key) ? 1 : 0

const byKey = <K extends number | string>(a: K, b: K): number => kindOf(a) - kindOf(b) || (a < b ? -1 : a > b ? 1 : 0)

/**
 * The `k` groups with the greatest numbers, greatest first, equal ones in order of their keys: `topKeys(1, countBy(...), "all")` gives every
 * key that came most often. Cost: two passes over the groups when the result is asked for, nothing more an event than the grouping.
 */
export const topKeys = <A, Acc, K extends number | string>(
  k: number,
  groups: Aggregate<A, Acc, ReadonlyMap<K, number>>,
  ties: Ties = "first"
): Aggregate<A, Acc, ReadonlyArray<Group<K>>> => {
  const view = viewOf(groups)
  const result = (acc: Acc): ReadonlyArray<Group<K>> => {
    const grouped = view(acc)
    const least = kthGreatest(grouped.values(), k)
    const chosen: Array<Group<K>> = []
    grouped.forEach((value, key) => {
      if (value >= least) chosen.push([key, value])
    })
    chosen.sort(([keyA, a], [keyB, b]) => b - a || byKey(keyA, keyB))
    return ties === "all" ? chosen : chosen.slice(0, k)
  }
  return { ...groups, result, view: result }
}

/** The k-th greatest of some numbers, -infinity where there are fewer. */
const kthGreatest = (values: Iterable<number>, k: number): number => {
  const greatest: Array<number> = []
  let least = -Infinity
  for (const value of values) {
    if (greatest.length === k && !(value > least)) continue
    let place = greatest.length
    while (place > 0 && (greatest[place - 1] ?? Infinity) < value) place--
    greatest.splice(place, 0, value)
    if (greatest.length > k) greatest.pop()
    if (greatest.length === k) least = greatest[k - 1] ?? least
  }
  return least
}
