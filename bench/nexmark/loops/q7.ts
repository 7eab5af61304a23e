/** q7 by hand: the bids with the greatest price in each 10 s. */
import { Digest } from "../digest.ts"
import { type Bid, bidKind, type EventSource, makeGenerator } from "../events.ts"
import type { NexmarkAnswer, NexmarkRun } from "../queries/types.ts"
import { answerOf } from "./answerOf.ts"

const size = 10_000

interface Window {
  readonly end: number
  readonly start: number
  price: number
  readonly bids: Array<Bid>
}

const newWindow = (end: number): Window => ({ end, start: end - size, price: 0, bids: [] })

export const q7 = (run: NexmarkRun, { event }: EventSource = makeGenerator(run)): NexmarkAnswer => {
  const digest = new Digest()
  const windows = new Map<number, Window>()
  let window = newWindow(0)
  let newest = 0
  let emitted = 0
  // The end of the first window that is open.
  let boundary = Number.POSITIVE_INFINITY
  let late = 0

  const open = (ts: number): Window => {
    const end = ts - (ts % size) + size
    const there = windows.get(end)
    if (there !== undefined || end <= emitted) return there ?? newWindow(end)
    const fresh = newWindow(end)
    windows.set(end, fresh)
    if (end < boundary) boundary = end
    return fresh
  }
  const emit = ({ bids, end }: Window): void => {
    for (const { auction, bidder, price, ts } of bids) {
      digest.row().time(end).int(auction).int(bidder).int(price).time(ts).end()
    }
  }
  // Up to and with `limit`.
  const advance = (limit: number): void => {
    while (boundary <= limit) {
      const complete = windows.get(boundary)
      if (complete !== undefined) emit(complete)
      windows.delete(boundary)
      emitted = boundary
      boundary = Number.POSITIVE_INFINITY
      for (const end of windows.keys()) if (end < boundary) boundary = end
    }
  }

  for (let n = 0; n < run.n; n++) {
    const e = event(n)
    if (e.kind === bidKind) {
      if (e.ts < window.start || e.ts >= window.end) window = open(e.ts)
      if (window.end <= emitted) late++
      else if (e.price >= window.price) {
        if (e.price > window.price) {
          window.price = e.price
          window.bids.length = 0
        }
        window.bids.push(e)
      }
    }
    if (e.ts <= newest) continue
    newest = e.ts
    // The watermark is newest - disorder - 1, and a window is complete when it is end - 1.
    if (newest - run.disorder >= boundary) advance(newest - run.disorder)
  }
  advance(Number.MAX_VALUE)
  return answerOf(digest, late)
}
