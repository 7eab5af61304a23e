/** An operator of our own for q4: each auction's greatest bid, when it closes. A bid may come before its auction. */
import { keyed } from "perigee/operators"
import { type Auction, type Bid, isBid } from "../events.ts"

export interface FinalPrice {
  readonly category: number
  readonly price: number
}

/** An auction and its greatest bid, 0 without any; or what was bid before it came. */
interface Lot {
  auction: Auction | undefined
  price: number
  early: Array<Bid>
}

const take = (lot: Lot, { expires, ts }: Auction, bid: Bid): void => {
  if (bid.price > lot.price && bid.ts >= ts && bid.ts < expires) lot.price = bid.price
}

/** No event before `expires` can follow a watermark of `expires - 1`, and no auction that a bid counts for one of the bid's own time. */
export const finalPrices = keyed<Auction | Bid, number, Lot, FinalPrice>({
  name: "final-prices",
  capacity: Infinity,
  key: (event) => isBid(event) ? event.auction : event.id,
  onEvent: (event, state) => {
    const lot = state.value ?? { auction: undefined, price: 0, early: [] }
    if (!isBid(event)) {
      lot.auction = event
      for (const bid of lot.early) take(lot, event, bid)
      lot.early = []
    } else if (lot.auction === undefined) lot.early.push(event)
    else return take(lot, lot.auction, event)
    state.set(lot)
    state.setTimer(isBid(event) ? event.ts : event.expires - 1)
  },
  onTimer: (state, time) => {
    const lot = state.value
    if (lot === undefined || (lot.auction?.expires ?? 0) > time + 1 || lot.early.some(({ ts }) => ts > time)) return
    if (lot.auction !== undefined && lot.price > 0) state.emit({ category: lot.auction.category, price: lot.price })
    state.clear()
  }
})
