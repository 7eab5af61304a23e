/** q3 by hand: who sells in category 10 in three states. Keeps every such person, and every such auction until its seller comes. */
import { Digest } from "../digest.ts"
import { auctionKind, type EventSource, makeGenerator, type Person, personKind } from "../events.ts"
import type { NexmarkAnswer, NexmarkRun } from "../queries/types.ts"
import { answerOf } from "./answerOf.ts"

export const q3 = (run: NexmarkRun, { event }: EventSource = makeGenerator(run)): NexmarkAnswer => {
  const digest = new Digest()
  const persons = new Map<number, Person>()
  const waiting = new Map<number, Array<number>>()
  const emit = ({ city, name, state }: Person, auction: number): void =>
    digest.row().text(name).text(city).text(state).int(auction).end()
  for (let n = 0; n < run.n; n++) {
    const e = event(n)
    if (e.kind === personKind) {
      if (e.state !== "OR" && e.state !== "ID" && e.state !== "CA") continue
      persons.set(e.id, e)
      const auctions = waiting.get(e.id)
      if (auctions === undefined) continue
      for (const auction of auctions) emit(e, auction)
      waiting.delete(e.id)
    } else if (e.kind === auctionKind && e.category === 10) {
      const seller = persons.get(e.seller)
      if (seller !== undefined) {
        emit(seller, e.id)
        continue
      }
      const auctions = waiting.get(e.seller)
      if (auctions === undefined) waiting.set(e.seller, [e.id])
      else auctions.push(e.id)
    }
  }
  return answerOf(digest)
}
