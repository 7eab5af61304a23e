/** Aggregates that keep payloads. */
import { Schema } from "effect"
import { Numeric } from "../../domain/time/Numeric.ts"
import { arrayOf, schemaOf, type StateSchema } from "../state/Binary.ts"
import type { Aggregate } from "./Aggregate.ts"

export interface PayloadOptions<A> {
  /** How a payload is kept. Without it, it must be JSON as it is. */
  readonly payload?: StateSchema<A>
}

/** All events in order of arrival, at most `limit`: those beyond have no room. */
export const collect = <A>(
  limit: number,
  options: PayloadOptions<A> = {}
): Aggregate<A, Array<A>, ReadonlyArray<A>> => ({
  initial: () => [],
  add: (acc, payload) => {
    acc.push(payload)
    return acc
  },
  merge: (acc, later) => {
    for (const payload of later) acc.push(payload)
    return acc
  },
  result: (acc) => acc.slice(),
  view: (acc) => acc,
  hasRoom: (acc) => acc.length < limit,
  size: (acc) => acc.length,
  schema: arrayOf(schemaOf(options.payload))
})

export interface TieOptions<A> extends PayloadOptions<A> {
  /** How many equal ones are kept: those beyond have no room. Default 10 000. */
  readonly maxTies?: number
}

/** The events that are best so far, in order of arrival. */
interface Best<A> {
  value: number
  items: Array<A>
}

/** All events with the greatest number, in order of arrival. Those whose number is NaN count for nothing. */
export const maxBy = <A>(
  by: (payload: A) => number,
  options: TieOptions<A> = {}
): Aggregate<A, Best<A>, ReadonlyArray<A>> => {
  const { maxTies = 10_000, payload: payloadCodec } = options
  return {
    initial: () => ({ value: -Infinity, items: [] }),
    add: (acc, payload) => {
      const value = by(payload)
      if (value >= acc.value) {
        if (value > acc.value) {
          acc.value = value
          acc.items.length = 0
        }
        acc.items.push(payload)
      }
      return acc
    },
    merge: (acc, later) => {
      if (later.value > acc.value) {
        acc.value = later.value
        acc.items = later.items.slice()
      } else if (later.value === acc.value) { for (const item of later.items) acc.items.push(item) }
      return acc
    },
    result: ({ items }) => items.slice(),
    view: ({ items }) => items,
    hasRoom: (acc, payload) => acc.items.length < maxTies || by(payload) !== acc.value,
    size: ({ items }) => items.length,
    schema: Schema.Struct({ value: Numeric, items: arrayOf(schemaOf(payloadCodec)) })
  }
}

/** All events with the least number, in order of arrival. Those whose number is NaN count for nothing. */
export const minBy = <A>(
  by: (payload: A) => number,
  options: TieOptions<A> = {}
): Aggregate<A, Best<A>, ReadonlyArray<A>> => maxBy((payload) => 0 - by(payload), options)
