/** Aggregates that keep a number or two. */
import { Schema } from "effect"
import { Numeric } from "../../domain/time/Numeric.ts"
import type { Aggregate } from "./Aggregate.ts"

/** How many events there were. */
export const count = (): Aggregate<unknown, number, number> => ({
  initial: () => 0,
  add: (acc) => acc + 1,
  merge: (acc, later) => acc + later,
  remove: (acc, earlier) => acc - earlier,
  result: (acc) => acc
})

/** The sum of a number of each event, in order of arrival: floating-point sums depend on it. */
export const sum = <A>(by: (payload: A) => number): Aggregate<A, number, number> => ({
  initial: () => 0,
  add: (acc, payload) => acc + by(payload),
  merge: (acc, later) => acc + later,
  result: (acc) => acc,
  schema: Numeric
})

/** The least number; +infinity where no event had one. NaN counts for nothing. */
export const min = <A>(by: (payload: A) => number): Aggregate<A, number, number> => ({
  initial: () => Infinity,
  add: (acc, payload) => {
    const value = by(payload)
    return value < acc ? value : acc
  },
  merge: (acc, later) => later < acc ? later : acc,
  result: (acc) => acc,
  schema: Numeric
})

/** The greatest number; -infinity where no event had one. NaN counts for nothing. */
export const max = <A>(by: (payload: A) => number): Aggregate<A, number, number> => ({
  initial: () => -Infinity,
  add: (acc, payload) => {
    const value = by(payload)
    return value > acc ? value : acc
  },
  merge: (acc, later) => later > acc ? later : acc,
  result: (acc) => acc,
  schema: Numeric
})

interface Mean {
  sum: number
  count: number
}

/** The mean of a number of each event. */
export const average = <A>(by: (payload: A) => number): Aggregate<A, Mean, number> => ({
  initial: () => ({ sum: 0, count: 0 }),
  add: (acc, payload) => {
    acc.sum += by(payload)
    acc.count++
    return acc
  },
  merge: (acc, later) => {
    acc.sum += later.sum
    acc.count += later.count
    return acc
  },
  result: ({ count, sum }) => sum / count,
  schema: Schema.Struct({ sum: Numeric, count: Numeric })
})
