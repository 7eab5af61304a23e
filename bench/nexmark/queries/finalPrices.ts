/** An operator of our own for q4: each auction's greatest bid, at the boundary of 10 s after it closed. A bid may come before its auction. */
import { keyed } from "perigee/operators"
import { type Auction, type Bid, isBid } from "../events.ts"

export interface FinalPrice {
  readonly category: number
  readonly price: number
}

/** An auction and its greatest bid, 0 without any; or what was bid before it came. */
interface Lot {
  readonly auction: Auction | undefined
  price: number
  early: Array<Bid> | undefined
}

const take = (lot: Lot, auction: Auction, bid: Bid): void => {
  if (bid.price > lot.price && bid.ts >= auction.ts && bid.ts < auction.expires) lot.price = bid.price
}

/** The last millisecond of the 10 s in which an auction closes. */
const lastOf = ({ expires }: Auction): number => expires - 1 - (expires - 1) % 10_000 + 9999

/** Until the boundary a bid finds its auction, though it may be too late to count. What was bid early waits until the watermark is there. */
export const finalPrices = keyed<Auction | Bid, number, Lot, FinalPrice>({
  name: "final-prices",
  capacity: Infinity,
  key: (event) => isBid(event) ? event.auction : event.id,
  onEvent: (event, state) => {
    const lot = state.value
    if (!isBid(event)) {
      const opened: Lot = { auction: event, price: 0, early: undefined }
      for (const bid of lot?.early ?? []) take(opened, event, bid)
      state.set(opened)
      state.setTimer(lastOf(event))
    } else if (lot?.auction !== undefined) take(lot, lot.auction, event)
    else {
      if (lot === undefined) state.set({ auction: undefined, price: 0, early: [event] })
      else (lot.early ??= []).push(event)
      state.setTimer(event.ts)
    }
  },
  onTimer: (state, time) => {
    const lot = state.value
    if (lot === undefined) return
    if (lot.auction === undefined ? lot.early?.some(({ ts }) => ts > time) : lastOf(lot.auction) !== time) return
    if (lot.auction !== undefined && lot.price > 0) state.emit({ category: lot.auction.category, price: lot.price })
    state.clear()
  }
})
