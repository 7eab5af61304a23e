/** q2: bids on every 123rd auction. */
import { pipe } from "effect"
import { Stage } from "perigee/operators"
import { type Bid, isBid } from "../events.ts"
import type { NexmarkPipeline } from "./pipeline.ts"

export const q2: NexmarkPipeline<Bid> = {
  operator: pipe(
    Stage.filter("bids", isBid),
    Stage.via(Stage.filter("auctions", ({ auction }: Bid) => auction % 123 === 0))
  ),
  fold: (digest, { auction, price }) => digest.row().int(auction).int(price).end()
}
