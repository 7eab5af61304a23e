/**
 * q5 by hand: the auctions with most bids in each 10 s, every 2 s. Bids are counted by pane of 2 s; the sum of the five panes of a window
 * is kept running: the pane that enters is added, the one that leaves is taken off.
 */
import { Digest } from "../digest.ts"
import { bidKind, type EventSource, makeGenerator } from "../events.ts"
import type { NexmarkAnswer, NexmarkRun } from "../queries/types.ts"
import { answerOf } from "./answerOf.ts"

const slide = 2000
const panesOfWindow = 5

type Counts = Map<number, number>

export const q5 = (run: NexmarkRun, { event }: EventSource = makeGenerator(run)): NexmarkAnswer => {
  const digest = new Digest()
  // By the number of slides since 1970.
  const panes = new Map<number, Counts>()
  const totals: Counts = new Map()
  let [pane, counts]: [number, Counts] = [-1, new Map()]
  let [otherPane, otherCounts]: [number, Counts] = [-1, new Map()]
  let newest = 0
  let emitted = 0
  // The end of the next window that is not empty.
  let boundary = Number.POSITIVE_INFINITY
  let late = 0

  /** The counts of pane `p`, which is in neither of the two places at hand. */
  const open = (p: number): Counts => {
    const there = panes.get(p)
    const fresh: Counts = there ?? new Map()
    if (there !== undefined || (p + 1) * slide <= emitted) return fresh
    panes.set(p, fresh)
    if ((p + 1) * slide < boundary) boundary = (p + 1) * slide
    return fresh
  }
  const add = (entering: Counts): void => {
    for (const [auction, count] of entering) totals.set(auction, (totals.get(auction) ?? 0) + count)
  }
  const remove = (leaving: Counts): void => {
    for (const [auction, count] of leaving) {
      const rest = (totals.get(auction) ?? 0) - count
      if (rest > 0) totals.set(auction, rest)
      else totals.delete(auction)
    }
  }
  const emit = (end: number): void => {
    let most = 0
    for (const count of totals.values()) if (count > most) most = count
    for (const [auction, count] of totals) if (count === most) digest.row().time(end).int(auction).int(count).end()
  }
  // Up to and with `limit`.
  const advance = (limit: number): void => {
    while (boundary <= limit) {
      const last = boundary / slide - 1
      const entering = panes.get(last)
      if (entering !== undefined) add(entering)
      emit(boundary)
      emitted = boundary
      const leaving = panes.get(last - panesOfWindow + 1)
      if (leaving !== undefined) remove(leaving)
      panes.delete(last - panesOfWindow + 1)
      if (totals.size > 0) boundary += slide
      else {
        boundary = Number.POSITIVE_INFINITY
        for (const p of panes.keys()) boundary = Math.min(boundary, (p + 1) * slide)
      }
    }
  }

  for (let n = 0; n < run.n; n++) {
    const e = event(n)
    if (e.kind === bidKind) {
      const p = (e.ts / slide) | 0
      if (p !== pane) {
        const held = counts
        const number = pane
        counts = p === otherPane ? otherCounts : open(p)
        pane = p
        otherPane = number
        otherCounts = held
      }
      if ((p + 1) * slide <= emitted) late++
      else counts.set(e.auction, (counts.get(e.auction) ?? 0) + 1)
    }
    if (e.ts <= newest) continue
    newest = e.ts
    // The watermark is newest - disorder - 1, and a window is complete when it is end - 1.
    if (newest - run.disorder >= boundary) advance(newest - run.disorder)
  }
  advance(Number.MAX_VALUE)
  return answerOf(digest, late)
}
