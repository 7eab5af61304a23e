/**
 * An operator: a function from a stream to a stream that knows what it is made of.
 */
import type { Effect, Stream } from "effect"
import type { Element } from "../../domain/Batch.ts"
import type { Process } from "./pure.ts"

/**
 * The edge that leaves a stage: how many elements may wait on it and what happens when it is full. `direct` edges hold the one array
 * that the next stage is about to pull.
 */
export interface Edge {
  readonly capacity: number
  readonly policy: "backpressure" | "shed-low-first" | "timed"
  readonly reason: string
}

/** What most edges are: the next stage pulls, nothing waits. */
export const direct: Edge = {
  capacity: 256,
  policy: "backpressure",
  reason: "direct: the next stage pulls one array at a time"
}

export interface StageNode {
  readonly name: string
  readonly kind: "stateless" | "stateful" | "effectful" | "buffer"
  readonly edge: Edge
}

export interface Operator<in A, out B, out E = never, out R = never> {
  <E0, R0>(self: Stream.Stream<Element<A>, E0, R0>): Stream.Stream<Element<B>, E | E0, R | R0>
  /** The stages inside, upstream first. */
  readonly stages: ReadonlyArray<StageNode>
  /** What the operator does to an array, if it is pure all through: then it can run in one with its neighbours. */
  readonly process?: Effect.Effect<Process<A, B>, never, R>
}

/** The topology as lines for a person: stage, kind, capacity and policy of the edge behind it, and why. */
export const describe = (stages: ReadonlyArray<StageNode>): ReadonlyArray<string> =>
  stages.map(({ name, kind, edge }) => `${name} (${kind}) -> capacity ${edge.capacity}, ${edge.policy}: ${edge.reason}`)
