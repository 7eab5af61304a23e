/** Operators in a row. */
import { Effect } from "effect"
import { inRow } from "../graph/Graph.ts"
import { makeOperator, type Operator } from "./Operator.ts"
import { compose } from "./running/Process.ts"
import { pureOperator } from "./running/pureOperator.ts"

/** Two operators in a row are one; pure ones that meet run in one turn for each array, whatever stands before or behind them. */
export const andThen = <A, B, E1, R1, C, E2, R2>(
  first: Operator<A, B, E1, R1>,
  second: Operator<B, C, E2, R2>
): Operator<A, C, E1 | E2, R1 | R2> => {
  const graph = inRow(first.graph, second.graph)
  const { extend, process } = second
  if (process !== undefined && first.process !== undefined) {
    return pureOperator(graph, Effect.zipWith(first.process, process, compose))
  }
  if (process !== undefined && first.extend !== undefined) return first.extend(second)
  return makeOperator<A, C, E1 | E2, R1 | R2>(
    graph,
    (self) => second(first(self)),
    process !== undefined
      ? (next) => andThen(first, andThen(second, next))
      : extend === undefined
      ? undefined
      : (next) => andThen(first, extend(next))
  )
}

/** {@link andThen} to be read in a pipe: `pipe(decode, via(validate), via(dedupe))`. */
export const via =
  <B, C, E2, R2>(second: Operator<B, C, E2, R2>) =>
  <A, E1, R1>(first: Operator<A, B, E1, R1>): Operator<A, C, E1 | E2, R1 | R2> => andThen(first, second)
