/**
 * Each event to one of two operators, by a type guard or a predicate; their outputs in one stream.
 *
 * The types follow: behind a guard `to` takes what the guard says, `otherwise` the rest; for more than two ways, `otherwise` is a route again.
 * Arrays, order, controls, failure: as `fork`. The choice is a stage of its own, with counts and spans: an event for which it throws becomes a
 * dead letter. State: as `fork`. Cost: one small object and one call an event; the columns of an array are split in two.
 */
import { Effect } from "effect"
import { batch as batchOf, type Element } from "../domain/Batch.ts"
import type { EventContext } from "../domain/Envelope.ts"
import { forkEdge, type ForkOptions } from "./fork.ts"
import { andThen, map, type Operator, type StageServices } from "./Stage.ts"
import { fanOut } from "./stage/fanOut.ts"
import { noStage } from "./stage/Graph.ts"
import { pureOperator } from "./stage/pureOperator.ts"

/** An event and the way it goes. */
type Routed<A> = { readonly matches: boolean; readonly value: A }

export interface GuardRoute<in out A, in out B extends A, out Then, out E1, out R1, out Else, out E2, out R2>
  extends ForkOptions
{
  readonly name: string
  readonly when: (payload: A) => payload is B
  readonly to: Operator<B, Then, E1, R1>
  readonly otherwise: Operator<Exclude<A, B>, Else, E2, R2>
}

export interface PredicateRoute<in A, out Then, out E1, out R1, out Else, out E2, out R2> extends ForkOptions {
  readonly name: string
  readonly when: (payload: A) => boolean
  readonly to: Operator<A, Then, E1, R1>
  readonly otherwise: Operator<A, Else, E2, R2>
}

export function route<A, B extends A, Then, E1, R1, Else, E2, R2>(
  options: GuardRoute<A, B, Then, E1, R1, Else, E2, R2>
): Operator<A, Then | Else, E1 | E2, R1 | R2 | StageServices>
export function route<A, Then, E1, R1, Else, E2, R2>(
  options: PredicateRoute<A, Then, E1, R1, Else, E2, R2>
): Operator<A, Then | Else, E1 | E2, R1 | R2 | StageServices>
export function route<Then, E1, R1, Else, E2, R2>(
  options: PredicateRoute<never, Then, E1, R1, Else, E2, R2>
): Operator<never, Then | Else, E1 | E2, R1 | R2 | StageServices> {
  const { name, otherwise, to, when } = options
  return andThen(
    map(name, (value: never): Routed<never> => ({ matches: when(value), value })),
    fanOut<Routed<never>, Then | Else, E1 | E2, R1 | R2>([
      { name: "to", operator: andThen(matching, to) },
      { name: "otherwise", operator: andThen(others, otherwise) }
    ], { name: `${name} fork`, edge: forkEdge(options) })
  )
}

/** The events of a batch that `take` puts something out for. */
const select = <A, B>(take: (payload: A, into: Array<B>) => void): Operator<A, B> =>
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

const matching = select<Routed<never>, never>((routed, into) => {
  if (routed.matches) into.push(routed.value)
})

const others = select<Routed<never>, never>((routed, into) => {
  if (!routed.matches) into.push(routed.value)
})
