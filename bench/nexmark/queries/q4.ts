/** q4: the average final price of a category's auctions so far, at each boundary of 10 s before which one closed. */
import { pipe } from "effect"
import { Aggregate, Stage, State, tumbling, window, type WindowResult } from "perigee/operators"
import { type Auction, type Bid, isPerson, type NexmarkEvent } from "../events.ts"
import { type FinalPrice, finalPrices } from "./finalPrices.ts"
import type { NexmarkPipeline } from "./pipeline.ts"

type Totals = Readonly<Record<"category" | "count" | "sum", number>>

/** All prices of a category so far, with each price that is new. */
const totals = Stage.mapWith({
  name: "totals",
  state: State.table<number, Totals>({ capacity: Infinity }),
  f: (byCategory, { category, price }: FinalPrice): Totals => {
    const before = byCategory.get(category)
    const total = { category, count: (before?.count ?? 0) + 1, sum: (before?.sum ?? 0) + price }
    byCategory.set(category, total)
    return total
  }
})

export const q4: NexmarkPipeline<WindowResult<number, ReadonlyArray<Totals>>> = {
  operator: pipe(
    Stage.filter("auctions-and-bids", (event: NexmarkEvent): event is Auction | Bid => !isPerson(event)),
    Stage.via(finalPrices),
    Stage.via(totals),
    Stage.via(window({
      name: "boundaries",
      assigner: tumbling(10_000),
      key: ({ category }) => category,
      aggregate: Aggregate.maxBy(({ count }: Totals) => count)
    }))
  ),
  fold: (digest, { end, key, value }) => {
    for (const { count, sum } of value) digest.row().int(key).time(end).int(count).int(Math.floor(sum / count)).end()
  }
}
