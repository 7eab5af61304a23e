/**
 * The plain loops once more, cut where the operators are: one loop makes the events of an array, one picks those that the query looks at, where its
 * pipeline begins with a filter, and one answers the query. What follows in the pipeline is still one loop: a bound from below for loops by stage.
 */
import { arrayOf } from "../../../src/domain/stream/arrayOf.ts"
import { type EventSource, isBid, isPerson, makeGenerator, type NexmarkEvent } from "../events.ts"
import type { NexmarkQuery } from "../queries/types.ts"
import { type Loop, loops } from "./index.ts"

/** A pipeline's first filter, and how many of the first `n` events pass it. */
interface Filter {
  readonly passes: (event: NexmarkEvent) => boolean
  readonly among: (n: number) => number
}

// Of 50 events the first is a person, and the next three are auctions.
const bids: Filter = { passes: isBid, among: (n) => n - 4 * Math.floor(n / 50) - Math.min(4, n % 50) }
const auctionsAndBids: Filter = { passes: (event) => !isPerson(event), among: (n) => n - Math.ceil(n / 50) }

const filters: Partial<Record<NexmarkQuery, Filter>> = { q1: bids, q2: bids, q4: auctionsAndBids, q5: bids, q7: bids }

const chosen = (events: ReadonlyArray<NexmarkEvent>, { passes }: Filter): ReadonlyArray<NexmarkEvent> => {
  const some = arrayOf<NexmarkEvent>(events.length)
  let count = 0
  for (const event of events) if (passes(event)) some[count++] = event
  some.length = count
  return some
}

/** Events one after the other, from arrays of `size`. */
const reader = (generate: (start: number, count: number) => ReadonlyArray<NexmarkEvent>, size: number): EventSource => {
  let events: ReadonlyArray<NexmarkEvent> = []
  let at = 0
  let start = 0
  const next = (): NexmarkEvent => {
    const event = events[at++]
    if (event !== undefined) return event
    events = generate(start, size)
    start += size
    at = 0
    return next()
  }
  return { event: next }
}

/** A query by loops over arrays of `size`. */
export const onArrays = (query: NexmarkQuery, size: number): Loop => (run) => {
  const { generate } = makeGenerator(run)
  const filter = filters[query]
  if (filter === undefined) return loops[query](run, reader(generate, size))
  const picked = (start: number, count: number) => chosen(generate(start, count), filter)
  return loops[query]({ ...run, n: filter.among(run.n) }, reader(picked, size))
}
