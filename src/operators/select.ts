/**
 * What a branch of a fork takes of the events that all branches are offered. No stage: it counts nothing and has no span, as each event is another
 * branch's. Arrays and order kept; one that nothing is taken of is left out, controls pass. State: none. Cost: a call an event, new columns.
 */
import { Effect } from "effect"
import { batch as batchOf, type Element } from "../domain/Batch.ts"
import type { EventContext } from "../domain/Envelope.ts"
import type { Operator } from "./Stage.ts"
import { noStage } from "./stage/Graph.ts"
import { pureOperator } from "./stage/pureOperator.ts"

/** `take` puts at most one payload into the array: that of the event which it is given goes on with that event's context. */
export const select = <A, B>(take: (payload: A, into: Array<B>) => void): Operator<A, B> =>
  pureOperator(noStage, Effect.succeed((elements) => elements.flatMap((element) => selected(element, take))))

const selected = <A, B>(
  element: Element<A>,
  take: (payload: A, into: Array<B>) => void
): ReadonlyArray<Element<B>> => {
  if (element._tag !== "Batch") return [element]
  const payloads: Array<B> = []
  const contexts: Array<EventContext> = []
  const followed: Array<number> = []
  let index = -1
  let next = 0
  for (const payload of element.payloads) {
    index++
    const isFollowed = element.followed[next] === index
    if (isFollowed) next++
    const context = element.contexts[index]
    if (context === undefined) break
    take(payload, payloads)
    if (payloads.length === contexts.length) continue
    if (isFollowed) followed.push(contexts.length)
    contexts.push(context)
  }
  return payloads.length === 0 ? [] : [batchOf(payloads, contexts, element.hop, followed)]
}
