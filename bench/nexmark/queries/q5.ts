/** q5: the auctions with most bids in each 10 s, every 2 s. */
import { pipe } from "effect"
import { Aggregate, sliding, Stage, window, type WindowResult } from "perigee/operators"
import { type Bid, isBid } from "../events.ts"
import type { NexmarkPipeline } from "./pipeline.ts"

export const q5: NexmarkPipeline<WindowResult<undefined, ReadonlyArray<Aggregate.Group<number>>>> = {
  operator: pipe(
    Stage.filter("bids", isBid),
    Stage.via(window({
      name: "hot-auctions",
      assigner: sliding(10_000, 2000),
      aggregate: Aggregate.topKeys(1, Aggregate.countBy(({ auction }: Bid) => auction), "all")
    }))
  ),
  fold: (digest, { end, value }) => {
    for (const [auction, bids] of value) digest.row().time(end).int(auction).int(bids).end()
  }
}
