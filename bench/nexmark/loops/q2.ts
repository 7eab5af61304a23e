/** q2 by hand: bids on some auctions. */
import { Digest } from "../digest.ts"
import { bidKind, type EventSource, makeGenerator } from "../events.ts"
import type { NexmarkAnswer, NexmarkRun } from "../queries/types.ts"
import { answerOf } from "./answerOf.ts"

export const q2 = (run: NexmarkRun, { event }: EventSource = makeGenerator(run)): NexmarkAnswer => {
  const digest = new Digest()
  for (let n = 0; n < run.n; n++) {
    const e = event(n)
    if (e.kind === bidKind && e.auction % 123 === 0) digest.row().int(e.auction).int(e.price).end()
  }
  return answerOf(digest)
}
