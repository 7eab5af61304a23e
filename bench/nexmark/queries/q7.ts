/** q7: the bids with the greatest price in each 10 s. */
import { pipe } from "effect"
import { Aggregate, Stage, tumbling, window, type WindowResult } from "perigee/operators"
import { type Bid, isBid } from "../events.ts"
import type { NexmarkPipeline } from "./pipeline.ts"

export const q7: NexmarkPipeline<WindowResult<undefined, ReadonlyArray<Bid>>> = {
  operator: pipe(
    Stage.filter("bids", isBid),
    Stage.via(window({
      name: "highest-bids",
      assigner: tumbling(10_000),
      aggregate: Aggregate.maxBy(({ price }: Bid) => price)
    }))
  ),
  fold: (digest, { end, value }) => {
    for (const { auction, bidder, price, ts } of value) {
      digest.row().time(end).int(auction).int(bidder).int(price).time(ts).end()
    }
  }
}
