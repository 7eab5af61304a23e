/** An operator of our own for q4: each auction's greatest bid, at the boundary of 10 s after it closed. A bid may come before its auction. */
import { keyed } from "perigee/operators"
import { type Auction, type Bid, isBid } from "../events.ts"

export interface FinalPrice {
  readonly category: number
  readonly price: number
}

/** An auction and its greatest bid, 0 without any. */
interface Lot {
  readonly auction: Auction
  price: number
}

const take = (lot: Lot, { price, ts }: Bid): void => {
  if (price > lot.price && ts >= lot.auction.ts && ts < lot.auction.expires) lot.price = price
}

/** The last millisecond of the 10 s in which an auction closes. */
const lastOf = ({ expires }: Auction): number => expires - 1 - (expires - 1) % 10_000 + 9999

/** Until the boundary a bid finds its auction, though it may be too late to count. What was bid early waits until the watermark is there. */
export const finalPrices = keyed<Auction | Bid, number, Lot | Array<Bid>, FinalPrice>({
  name: "final-prices",
  capacity: Infinity,
  key: (event) => isBid(event) ? event.auction : event.id,
  onEvent: (event, state) => {
    const held = state.value
    if (!isBid(event)) {
      const lot: Lot = { auction: event, price: 0 }
      if (Array.isArray(held)) { for (const bid of held) take(lot, bid) }
      state.set(lot)
      state.setTimer(lastOf(event))
    } else if (held !== undefined && !Array.isArray(held)) take(held, event)
    else {
      if (held === undefined) state.set([event])
      else held.push(event)
      state.setTimer(event.ts)
    }
  },
  onTimer: (state, time) => {
    const held = state.value
    if (held === undefined) return
    if (Array.isArray(held) ? held.some(({ ts }) => ts > time) : lastOf(held.auction) !== time) return
    if (!Array.isArray(held) && held.price > 0) state.emit({ category: held.auction.category, price: held.price })
    state.clear()
  }
})
