/**
 * The NEXMark queries over a whole list of events at once, as plainly as they can be said: no watermark, no state, no streaming. Slow
 * (quadratic in places) and independent of the loops and operators that it checks; it shares the events with them and nothing else.
 */
import type { Auction, Bid, NexmarkEvent, Person } from "../../../bench/nexmark/events.ts"
import type { NexmarkQuery } from "../../../bench/nexmark/queries/types.ts"

/** A field of a row: an integer, a text, or a time in milliseconds since 1970. */
export type Field = number | string | { readonly time: number }
export type Row = ReadonlyArray<Field>

const time = (ts: number): Field => ({ time: ts })

const persons = (events: ReadonlyArray<NexmarkEvent>): Array<Person> => events.filter((e) => e.kind === 0)
const auctions = (events: ReadonlyArray<NexmarkEvent>): Array<Auction> => events.filter((e) => e.kind === 1)
const bids = (events: ReadonlyArray<NexmarkEvent>): Array<Bid> => events.filter((e) => e.kind === 2)

/** The end of the tumbling window of 10 s that a time falls in. */
const endOf = (ts: number): number => (Math.floor(ts / 10_000) + 1) * 10_000

const greatest = (values: Iterable<number>): number => [...values].reduce((a, b) => (a > b ? a : b), -Infinity)

const rowOf = (e: NexmarkEvent): Row =>
  e.kind === 0
    ? [0, e.id, e.name, e.city, e.state, time(e.ts)]
    : e.kind === 1
    ? [1, e.id, e.item, e.seller, e.category, e.initialBid, time(e.expires), time(e.ts)]
    : [2, e.auction, e.bidder, e.price, e.channel, time(e.ts)]

const q3 = (events: ReadonlyArray<NexmarkEvent>): Array<Row> =>
  persons(events)
    .filter(({ state }) => ["OR", "ID", "CA"].includes(state))
    .flatMap(({ city, id, name, state }) =>
      auctions(events)
        .filter(({ category, seller }) => category === 10 && seller === id)
        .map((auction): Row => [name, city, state, auction.id])
    )

const q4 = (events: ReadonlyArray<NexmarkEvent>): Array<Row> => {
  const bidsOf = Map.groupBy(bids(events), (bid) => bid.auction)
  const closed = auctions(events).flatMap(({ category, expires, id, ts }) => {
    const prices = (bidsOf.get(id) ?? []).filter((bid) => ts <= bid.ts && bid.ts < expires).map(({ price }) => price)
    return prices.length === 0 ? [] : [{ category, end: endOf(expires - 1), price: greatest(prices) }]
  })
  return [...Map.groupBy(closed, ({ category }) => category)].flatMap(([category, of]) =>
    [...new Set(of.map(({ end }) => end))].map((end): Row => {
      const until = of.filter((auction) => auction.end <= end)
      const sum = until.reduce((total, { price }) => total + BigInt(price), 0n)
      return [category, time(end), until.length, Number(sum / BigInt(until.length))]
    })
  )
}

const q5 = (events: ReadonlyArray<NexmarkEvent>): Array<Row> => {
  const sorted = bids(events).sort((a, b) => a.ts - b.ts)
  const rows: Array<Row> = []
  const last = (sorted.at(-1)?.ts ?? 0) + 10_000
  for (let end = Math.floor((sorted[0]?.ts ?? 0) / 2000) * 2000; end <= last; end += 2000) {
    const counts = [
      ...Map.groupBy(sorted.filter(({ ts }) => end - 10_000 <= ts && ts < end), ({ auction }) => auction)
    ]
      .map(([auction, of]): readonly [number, number] => [auction, of.length])
    const most = greatest(counts.map(([, count]) => count))
    for (const [auction, count] of counts) if (count === most) rows.push([time(end), auction, count])
  }
  return rows
}

const q7 = (events: ReadonlyArray<NexmarkEvent>): Array<Row> =>
  [...Map.groupBy(bids(events), ({ ts }) => endOf(ts))].flatMap(([end, of]) => {
    const most = greatest(of.map(({ price }) => price))
    return of
      .filter(({ price }) => price === most)
      .map(({ auction, bidder, price, ts }): Row => [time(end), auction, bidder, price, time(ts)])
  })

const q8 = (events: ReadonlyArray<NexmarkEvent>): Array<Row> =>
  persons(events)
    .filter(({ id, ts }) =>
      auctions(events).some((auction) => auction.seller === id && endOf(auction.ts) === endOf(ts))
    )
    .map(({ id, name, ts }): Row => [id, name, time(endOf(ts))])

const queries: Readonly<Record<NexmarkQuery, (events: ReadonlyArray<NexmarkEvent>) => ReadonlyArray<Row>>> = {
  q0: (events) => events.map(rowOf),
  q1: (events) =>
    bids(events).map(({ auction, bidder, price, ts }): Row => [
      auction,
      bidder,
      Number(BigInt(price) * 908n / 1000n),
      time(ts)
    ]),
  q2: (events) =>
    bids(events).filter(({ auction }) => auction % 123 === 0).map(({ auction, price }): Row => [auction, price]),
  q3,
  q4,
  q5,
  q7,
  q8
}

/** The rows of a query over all events, in no particular order. */
export const oracle = (query: NexmarkQuery, events: ReadonlyArray<NexmarkEvent>): ReadonlyArray<Row> =>
  queries[query](events)

const wrap = (value: bigint): bigint => BigInt.asUintN(32, value)

const fnv1a = (text: string): bigint =>
  text.split("").reduce((hash, unit) => wrap((hash ^ BigInt(unit.charCodeAt(0))) * 0x01000193n), 0x811c9dc5n)

const integerOf = (field: Field): bigint =>
  typeof field === "string"
    ? fnv1a(field)
    : wrap(typeof field === "number" ? BigInt(field) : BigInt(field.time) - 1_600_000_000_000n)

const lane = (row: Row, start: bigint, factor: bigint, shift: bigint): bigint =>
  row.map(integerOf).reduce((hash, value) => {
    const product = wrap((hash ^ value) * factor)
    return product ^ (product >> shift)
  }, start)

const hex = (value: bigint): string => wrap(value).toString(16).padStart(8, "0")

/** Count and digest of rows, in exact integers of any size. */
export const answerOf = (rows: ReadonlyArray<Row>): { readonly count: number; readonly hash: string } => {
  const sum = (start: bigint, factor: bigint, shift: bigint): bigint =>
    rows.reduce((total, row) => total + lane(row, start, factor, shift), 0n)
  return {
    count: rows.length,
    hash: hex(sum(0x811c9dc5n, 0x85ebca6bn, 13n)) + hex(sum(0x01234567n, 0xc2b2ae35n, 16n))
  }
}
