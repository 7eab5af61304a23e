/**
 * q4 by hand: the average final price of the auctions of a category, up to each boundary of 10 s.
 *
 * Auctions wait in the bucket of the boundary after they expire and are looked at once, when the watermark passes it: until then they
 * take bids, as the bid's own time decides whether it counts. A bid whose auction is not there waits in one of two generations, which
 * change places once the watermark has passed every bid of the older one: an auction that comes later opened after those bids.
 */
import { Digest } from "../digest.ts"
import { type Auction, auctionKind, type Bid, bidKind, type EventSource, makeGenerator } from "../events.ts"
import type { NexmarkAnswer, NexmarkRun } from "../queries/types.ts"
import { answerOf } from "./answerOf.ts"

const size = 10_000

/** An auction and its greatest counted bid, 0 without any. */
interface Open {
  readonly id: number
  readonly category: number
  readonly ts: number
  readonly expires: number
  best: number
}

interface Category {
  count: number
  sum: number
  /** The last boundary at which one of its auctions counted. */
  end: number
}

export const q4 = (run: NexmarkRun, { event }: EventSource = makeGenerator(run)): NexmarkAnswer => {
  const digest = new Digest()
  const auctions = new Map<number, Open>()
  const buckets = new Map<number, Array<Open>>()
  const categories = new Map<number, Category>()
  let young = new Map<number, Array<Bid>>()
  let old = new Map<number, Array<Bid>>()
  let youngest = 0
  let oldest = 0
  let late = 0
  let newest = 0
  // The next boundary; all before it are emitted.
  let boundary = Number.POSITIVE_INFINITY
  let emitted = 0

  const take = (open: Open, { price, ts }: Bid): void => {
    if (price > open.best && ts >= open.ts && ts < open.expires) open.best = price
  }
  const takeAll = (open: Open, bids: ReadonlyArray<Bid> | undefined): void => {
    if (bids !== undefined) { for (const bid of bids) take(open, bid) }
  }

  const begin = (auction: Auction): void => {
    const { category, expires, id, ts } = auction
    const end = expires - ((expires - 1) % size) - 1 + size
    if (end <= emitted) {
      late++
      return
    }
    const open: Open = { id, category, ts, expires, best: 0 }
    auctions.set(id, open)
    const bucket = buckets.get(end)
    if (bucket === undefined) buckets.set(end, [open])
    else bucket.push(open)
    if (end < boundary) boundary = end
    takeAll(open, young.get(id))
    takeAll(open, old.get(id))
  }

  const keep = (bid: Bid): void => {
    const bids = young.get(bid.auction)
    if (bids === undefined) young.set(bid.auction, [bid])
    else bids.push(bid)
    if (bid.ts > youngest) youngest = bid.ts
  }

  const emit = (end: number): void => {
    for (const { best, category, id } of buckets.get(end) ?? []) {
      auctions.delete(id)
      if (best === 0) continue
      let sums = categories.get(category)
      if (sums === undefined) categories.set(category, sums = { count: 0, sum: 0, end })
      sums.count++
      sums.sum += best
      sums.end = end
    }
    for (const [category, sums] of categories) {
      if (sums.end === end) {
        digest.row().int(category).time(end).int(sums.count).int(Math.floor(sums.sum / sums.count)).end()
      }
    }
    buckets.delete(end)
    emitted = end
  }
  // Up to and with `limit`.
  const advance = (limit: number): void => {
    while (boundary <= limit) {
      emit(boundary)
      boundary = Number.POSITIVE_INFINITY
      for (const end of buckets.keys()) if (end < boundary) boundary = end
    }
  }

  for (let n = 0; n < run.n; n++) {
    const e = event(n)
    if (e.kind === bidKind) {
      const open = auctions.get(e.auction)
      if (open === undefined) keep(e)
      else take(open, e)
    } else if (e.kind === auctionKind) begin(e)
    if (e.ts <= newest) continue
    newest = e.ts
    // The watermark is newest - disorder - 1: bids up to it wait no more, and boundaries up to one more have all they need.
    const limit = newest - run.disorder
    if (limit > oldest) {
      const cleared = old
      cleared.clear()
      old = young
      oldest = youngest
      young = cleared
    }
    if (limit >= boundary) advance(limit)
  }
  advance(Number.MAX_VALUE)
  return answerOf(digest, late)
}
