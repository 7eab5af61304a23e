import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import {
  auctionKind,
  bidKind,
  makeGenerator,
  type NexmarkEvent,
  personKind,
  T0,
  words
} from "../../../bench/nexmark/events.ts"

const seeds = Schema.Int.check(Schema.isBetween({ minimum: -(2 ** 31), maximum: 2 ** 31 - 1 }))
const disorders = Schema.Literals([0, 1, 2000])

const within = (value: number, low: number, high: number): boolean => value >= low && value < high
const fairPrice = (price: number): boolean => within(price, 100, 2 ** 20 + 100)
const known = new Set(words)

/** Whether an event of place `place` is possible when persons and auctions below these ids have come. */
const possible = (e: NexmarkEvent, place: number, persons: number, auctions: number): boolean =>
  e.kind === personKind
    ? place === 0 && e.id === persons && known.has(e.name) && known.has(e.city) && known.has(e.state)
    : e.kind === auctionKind
    ? within(place, 1, 4) && e.id === auctions && within(e.seller, 1000, persons) && within(e.category, 10, 15)
      && within(e.expires - e.ts, 1000, 20_000) && fairPrice(e.initialBid) && known.has(e.item)
    // The hot bidder may be the next person to register.
    : within(place, 4, 50) && within(e.auction, 1000, auctions) && within(e.bidder, 1000, persons + 1)
      && fairPrice(e.price) && known.has(e.channel)

describe("NEXMark events", () => {
  it.prop(
    "come in groups of one person, three auctions and 46 bids that know what came before",
    [seeds, disorders],
    ([seed, disorder]) => {
      const { event } = makeGenerator({ seed, disorder })
      let [persons, auctions] = [1000, 1000]
      for (let n = 0; n < 2500; n++) {
        const e = event(n)
        if (!possible(e, n % 50, persons, auctions)) assert.fail(`event ${n}: ${JSON.stringify(e)}`)
        const delay = T0 + Math.floor(n / 10) - e.ts
        if (!within(delay, 0, Math.max(1, disorder))) assert.fail(`event ${n}: ${delay} ms behind`)
        if (e.kind === personKind) persons++
        if (e.kind === auctionKind) auctions++
      }
    }
  )

  it.prop("are the same one by one and in arrays of any size", [
    seeds,
    disorders,
    Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 300 }))
  ], ([seed, disorder, size]) => {
    const { event, generate } = makeGenerator({ seed, disorder })
    const start = Math.abs(seed) % 10_000_000
    assert.deepStrictEqual(generate(start, size), Array.from({ length: size }, (_, i) => event(start + i)))
  })

  it("draws cold auctions and bidders from the newest 5000 and 1000 once there are that many", () => {
    const { generate } = makeGenerator({ seed: 7, disorder: 0 })
    const bids = generate(10_000_000, 50_000).filter((e) => e.kind === bidKind)
    const ages = bids.map(({ auction, ts }) => 1000 + 3 * Math.floor((ts - T0) / 5) + 2 - auction)
    assert.isAtMost(Math.max(...ages), 4999)
    assert.isAbove(Math.max(...ages), 4900)
    const hot = bids.filter(({ auction }) => auction % 100 === 0).length / bids.length
    assert.closeTo(hot, 0.5 + 0.5 * 0.01, 0.02)
  })
})
