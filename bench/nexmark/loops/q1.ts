/** q1 by hand: bids with their price in euro. */
import { Digest } from "../digest.ts"
import { bidKind, type EventSource, makeGenerator } from "../events.ts"
import type { NexmarkAnswer, NexmarkRun } from "../queries/types.ts"
import { answerOf } from "./answerOf.ts"

export const q1 = (run: NexmarkRun, { event }: EventSource = makeGenerator(run)): NexmarkAnswer => {
  const digest = new Digest()
  for (let n = 0; n < run.n; n++) {
    const e = event(n)
    if (e.kind !== bidKind) continue
    digest.row().int(e.auction).int(e.bidder).int(((e.price * 908) / 1000) | 0).time(e.ts).end()
  }
  return answerOf(digest)
}
