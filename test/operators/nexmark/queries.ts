/** NEXMark's queries with keyed state and joins, written with the public operators alone. */
import { pipe } from "effect"
import { join, keyed, Stage, windowJoin } from "perigee/operators"
import { type Auction, auctionKind, type Bid, type NexmarkEvent, personKind } from "../../../bench/nexmark/events.ts"
import type { NexmarkPipeline } from "../../../bench/nexmark/queries/pipeline.ts"

interface SellerRow {
  readonly name: string
  readonly city: string
  readonly state: string
  readonly id: number
}

export const q3: NexmarkPipeline<SellerRow> = {
  operator: join({
    name: "q3",
    left: {
      select: (e: NexmarkEvent) =>
        e.kind === personKind && (e.state === "OR" || e.state === "ID" || e.state === "CA") ? e : undefined,
      key: (person) => person.id,
      unique: true
    },
    right: {
      select: (e: NexmarkEvent) => e.kind === auctionKind && e.category === 10 ? e : undefined,
      key: (auction) => auction.seller
    },
    combine: ({ city, name, state }, { id }) => ({ name, city, state, id })
  }),
  fold: (digest, { city, id, name, state }) => digest.row().text(name).text(city).text(state).int(id).end()
}

/** An auction with its greatest bid, or bids that came before their auction. */
type Lot =
  | { readonly open: true; readonly auction: Auction; best: number }
  | { readonly open: false; readonly bids: Array<Bid> }

const better = ({ expires, ts }: Auction, best: number, bid: Bid): boolean =>
  bid.price > best && bid.ts >= ts && bid.ts < expires

const closeAuctions = keyed<Auction | Bid, number, Lot, { readonly category: number; readonly price: number }>({
  name: "close auctions",
  capacity: Infinity,
  key: (e) => e.kind === auctionKind ? e.id : e.auction,
  onEvent: (e, state) => {
    const lot = state.value
    if (e.kind === auctionKind) {
      let best = 0
      if (lot?.open === false) { for (const bid of lot.bids) if (better(e, best, bid)) best = bid.price }
      state.clear()
      state.set({ open: true, auction: e, best })
      state.setTimer(e.expires)
    } else if (lot?.open === true) {
      if (!better(lot.auction, lot.best, e)) return
      lot.best = e.price
      state.set(lot)
    } else {
      state.setTimer(e.ts)
      if (lot === undefined) state.set({ open: false, bids: [e] })
      else {
        lot.bids.push(e)
        state.set(lot)
      }
    }
  },
  onTimer: (state, time) => {
    const lot = state.value
    if (lot === undefined || (!lot.open && lot.bids.some((bid) => bid.ts > time))) return
    if (lot.open && lot.best > 0) state.emit({ category: lot.auction.category, price: lot.best }, time - 1)
    state.clear()
  }
})

interface Average {
  readonly category: number
  readonly end: number
  readonly count: number
  readonly sum: number
}

const boundary = 10_000

const averages = keyed<{ readonly category: number; readonly price: number }, number, Average, Average>({
  name: "average per category",
  capacity: Infinity,
  key: ({ category }) => category,
  onEvent: ({ category, price }, state) => {
    const { count, end: before, sum } = state.value ?? { count: 0, sum: 0, end: 0 }
    const end = Math.floor(state.time / boundary) * boundary + boundary
    // Auctions close in order of time, so that a boundary is complete when one after it comes.
    if (state.value !== undefined && end > before) {
      if (before - 1 > state.watermark) state.emit(state.value, before - 1)
      state.deleteTimer(before - 1)
    }
    state.set({ category, end, count: count + 1, sum: sum + price })
    state.setTimer(end - 1)
  },
  onTimer: (state, time) => {
    if (state.value !== undefined) state.emit(state.value, time)
  }
})

export const q4: NexmarkPipeline<Average> = {
  operator: pipe(
    Stage.filter("auctions and bids", (e: NexmarkEvent): e is Auction | Bid => e.kind !== personKind),
    Stage.via(closeAuctions),
    Stage.via(averages)
  ),
  fold: (digest, { category, count, end, sum }) =>
    digest.row().int(category).time(end).int(count).int(Math.floor(sum / count)).end()
}

interface NewSeller {
  readonly id: number
  readonly name: string
  readonly end: number
}

export const q8: NexmarkPipeline<NewSeller> = {
  operator: windowJoin({
    name: "q8",
    window: { sizeMillis: 10_000 },
    type: "semi",
    left: { select: (e: NexmarkEvent) => e.kind === personKind ? e : undefined, key: (person) => person.id },
    right: { select: (e: NexmarkEvent) => e.kind === auctionKind ? e : undefined, key: (auction) => auction.seller },
    combine: ({ id, name }, _, { end }) => ({ id, name, end })
  }),
  fold: (digest, { end, id, name }) => digest.row().int(id).text(name).time(end).end()
}
