/** The row of q0: a whole event, field by field. */
import type { Digest } from "./digest.ts"
import { auctionKind, bidKind, type NexmarkEvent } from "./events.ts"

/** Folds an event as one row. */
export const foldEvent = (digest: Digest, event: NexmarkEvent): void => {
  const row = digest.row().int(event.kind)
  if (event.kind === bidKind) {
    row.int(event.auction).int(event.bidder).int(event.price).text(event.channel).time(event.ts).end()
  } else if (event.kind === auctionKind) {
    row.int(event.id).text(event.item).int(event.seller).int(event.category).int(event.initialBid)
      .time(event.expires).time(event.ts).end()
  } else {
    row.int(event.id).text(event.name).text(event.city).text(event.state).time(event.ts).end()
  }
}
