/**
 * Each event to one of two operators, by a choice that is no stage of its own: not counted, no span, no step of lineage.
 *
 * Arrays: kept where all their events go one way, else cut in two. Order, controls, failure: as `fork`. What `when` throws is a defect. State: as
 * `fork`; an event waits in the queue of its own way alone, so that while one way is slow the other goes on until the slow one's queue is full.
 * Cost: one call an event.
 */
import { identity } from "effect"
import type { Operator } from "../stage/Stage.ts"
import { fanOut } from "./fanOut.ts"
import { forkEdge, type ForkOptions } from "./fork.ts"
import { partBy } from "./partBy.ts"

export interface SplitOptions<in A, out B, out E1, out R1, out E2, out R2> extends ForkOptions {
  readonly name: string
  readonly when: (payload: A) => boolean
  readonly to: Operator<A, B, E1, R1>
  readonly otherwise: Operator<A, B, E2, R2>
}

export const split = <A, B, E1, R1, E2, R2>(
  options: SplitOptions<A, B, E1, R1, E2, R2>
): Operator<A, B, E1 | E2, R1 | R2> => {
  const { name, otherwise, to, when } = options
  return fanOut<A, A, B, E1 | E2, R1 | R2>([{ name: "to", operator: to }, { name: "otherwise", operator: otherwise }], {
    name,
    edge: forkEdge(options),
    part: (elements) => partBy(elements, when, identity)
  })
}
