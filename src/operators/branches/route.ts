/**
 * Each event to one of two operators, by a type guard or a predicate; their outputs in one stream.
 *
 * The types follow: behind a guard `to` takes what the guard says, `otherwise` the rest; for more than two ways, `otherwise` is a route again.
 * Arrays, order, controls, failure: as `fork`. The choice is a stage of its own, with counts and spans: an event for which it throws becomes a
 * dead letter. State: as `fork`; an event waits in the queue of its own way alone. Cost: one small object and one call an event; the columns of an array are split in two.
 */
import { andThen, map, type Operator, type StageServices } from "../stage/Stage.ts"
import { fanOut } from "./fanOut.ts"
import { forkEdge, type ForkOptions } from "./fork.ts"
import { partBy } from "./partBy.ts"

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
    fanOut<Routed<never>, never, Then | Else, E1 | E2, R1 | R2>([
      { name: "to", operator: to },
      { name: "otherwise", operator: otherwise }
    ], {
      name: `${name} fork`,
      edge: forkEdge(options),
      part: (elements) => partBy(elements, ({ matches }) => matches, ({ value }) => value)
    })
  )
}
