/**
 * Events that the generator never makes: an auction before its seller and a bid before its auction, many ties of price and of time, times
 * that fall on the borders of windows.
 */
import { Schema } from "effect"
import { auctionKind, bidKind, type NexmarkEvent, personKind, T0 } from "../../../bench/nexmark/events.ts"

const below = (maximum: number) => Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: maximum - 1 }))

/** What `eventsOf` reads; for property tests. */
export const Drawn = Schema.Array(
  Schema.Struct({ kind: below(12), at: below(60), delay: below(100), key: below(6), value: below(8), open: below(30) })
)

/**
 * The events in order of arrival. Ids are given once each, as the generator does. Times are multiples of 500 ms, and no event comes after
 * one that is `disorder` or more ahead of it.
 */
export const eventsOf = (drawn: typeof Drawn.Type, disorder: number): ReadonlyArray<NexmarkEvent> => {
  let [persons, auctions] = [1000, 1000]
  return drawn
    .map(({ at, delay, key, kind, open, value }) => {
      const ts = T0 + at * 500
      const event: NexmarkEvent = kind === 0
        ? { kind: personKind, ts, id: persons++, name: `Ä${value}`, city: "Bend", state: value < 4 ? "OR" : "WA" }
        : kind < 4
        ? {
          kind: auctionKind,
          ts,
          id: auctions++,
          item: "lamp",
          seller: 1000 + key,
          category: 10 + value % 2,
          initialBid: 100,
          expires: ts + 1000 + open * 500
        }
        : { kind: bidKind, ts, auction: 1000 + key, bidder: 1000 + value, price: 100 + value, channel: "baidu" }
      return { event, arrival: ts + Math.floor((delay / 100) * disorder) }
    })
    .toSorted((a, b) => a.arrival - b.arrival)
    .map(({ event }) => event)
}
