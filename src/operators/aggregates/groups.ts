/** Aggregates that keep a value by group. The order of a result's groups says nothing. */
import { Numeric } from "../../domain/time/Numeric.ts"
import { keySchema, mapOf } from "../state/Binary.ts"
import { accumulatorSchema, type Aggregate } from "./Aggregate.ts"

export interface GroupOptions {
  /** How many groups an accumulator may have: an event that begins one more has no room. Default 1 000 000. */
  readonly maxGroups?: number
}

/** How many events each key had. */
export const countBy = <A, K extends number | string>(
  key: (payload: A) => K,
  { maxGroups = 1_000_000 }: GroupOptions = {}
): Aggregate<A, Map<K, number>, ReadonlyMap<K, number>> => ({
  initial: () => new Map(),
  add: (acc, payload) => {
    const group = key(payload)
    const known = acc.get(group)
    acc.set(group, known === undefined ? 1 : known + 1)
    return acc
  },
  merge: (acc, later) => {
    for (const [group, events] of later) acc.set(group, (acc.get(group) ?? 0) + events)
    return acc
  },
  remove: (acc, earlier) => {
    for (const [group, events] of earlier) {
      const rest = (acc.get(group) ?? 0) - events
      if (rest > 0) acc.set(group, rest)
      else acc.delete(group)
    }
    return acc
  },
  result: (acc) => new Map(acc),
  view: (acc) => acc,
  hasRoom: (acc, payload) => acc.size < maxGroups || acc.has(key(payload)),
  size: (acc) => acc.size,
  schema: mapOf(keySchema<K>(), Numeric)
})

/** An aggregate of the events of each key. */
export const groupBy = <A, K extends number | string, Acc, R>(
  key: (payload: A) => K,
  inner: Aggregate<A, Acc, R>,
  { maxGroups = 1_000_000 }: GroupOptions = {}
): Aggregate<A, Map<K, Acc>, ReadonlyMap<K, R>> => {
  const { add, hasRoom, initial, merge, result, size } = inner
  const sizeOf = (acc: Acc): number => size === undefined ? 1 : size(acc)
  return {
    initial: () => new Map(),
    add: (acc, payload) => {
      const group = key(payload)
      const known = acc.get(group)
      const next = add(known === undefined ? initial() : known, payload)
      if (next !== known) acc.set(group, next)
      return acc
    },
    merge: (acc, later) => {
      for (const [group, other] of later) {
        const known = acc.get(group)
        acc.set(group, merge(known === undefined ? initial() : known, other))
      }
      return acc
    },
    result: (acc) => new Map(Array.from(acc, ([group, each]) => [group, result(each)] as const)),
    hasRoom: (acc, payload) => {
      const known = acc.get(key(payload))
      return known === undefined ? acc.size < maxGroups : hasRoom === undefined || hasRoom(known, payload)
    },
    size: (acc) => acc.values().reduce((total, each) => total + sizeOf(each), 0),
    schema: mapOf(keySchema<K>(), accumulatorSchema(inner))
  }
}
