/**
 * An operator: a function from a stream to a stream that knows what it is made of.
 */
import type { Effect, Stream } from "effect"
import type { Element } from "../../domain/stream/Batch.ts"
import type { Graph, StageNode } from "../graph/Graph.ts"
import type { Process } from "./running/Process.ts"

export interface Operator<in A, out B, out E = never, out R = never> {
  <E0, R0>(self: Stream.Stream<Element<A>, E0, R0>): Stream.Stream<Element<B>, E | E0, R | R0>
  /** The stages inside, upstream first. */
  readonly stages: ReadonlyArray<StageNode>
  /** The same with the edges between them. */
  readonly graph: Graph
  /** What the operator does to an array, if it is pure all through: then it can run in one with its neighbours. */
  readonly process?: Effect.Effect<Process<A, B>, never, R>
  /** Joins a pure operator to the end of one that is pure at its end only. */
  readonly extend?: <C, E2, R2>(next: Operator<B, C, E2, R2>) => Operator<A, C, E | E2, R | R2>
}

/** An operator that is not pure. */
export const makeOperator = <A, B, E, R>(
  graph: Graph,
  apply: <E0, R0>(self: Stream.Stream<Element<A>, E0, R0>) => Stream.Stream<Element<B>, E | E0, R | R0>,
  extend?: Operator<A, B, E, R>["extend"]
): Operator<A, B, E, R> =>
  Object.assign(
    <E0, R0>(self: Stream.Stream<Element<A>, E0, R0>) => apply(self),
    { stages: graph.nodes, graph },
    extend === undefined ? {} : { extend }
  )

/** The topology as lines for a person: stage, kind, capacity and policy of the edge behind it, and why. */
export const describe = (stages: ReadonlyArray<StageNode>): ReadonlyArray<string> =>
  stages.map(({ name, kind, edge }) => `${name} (${kind}) -> capacity ${edge.capacity}, ${edge.policy}: ${edge.reason}`)
