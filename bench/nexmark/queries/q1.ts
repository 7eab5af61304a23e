/** q1: bids with their price in euro. */
import { pipe } from "effect"
import { Stage } from "perigee/operators"
import { type Bid, isBid } from "../events.ts"
import type { NexmarkPipeline } from "./pipeline.ts"

interface Row extends Pick<Bid, "auction" | "bidder" | "ts"> {
  readonly euro: number
}

export const q1: NexmarkPipeline<Row> = {
  operator: pipe(
    Stage.filter("bids", isBid),
    Stage.via(Stage.map("to-euro", ({ auction, bidder, price, ts }): Row => ({
      auction,
      bidder,
      euro: Math.trunc((price * 908) / 1000),
      ts
    })))
  ),
  fold: (digest, { auction, bidder, euro, ts }) => digest.row().int(auction).int(bidder).int(euro).time(ts).end()
}
