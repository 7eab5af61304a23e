/** Operators in a row. */
import { Effect, type Stream } from "effect"
import type { Element } from "../../domain/Batch.ts"
import type { Operator } from "./Operator.ts"
import { compose } from "./pure.ts"
import { pureOperator } from "./pureOperator.ts"

/** Two operators in a row are one; two pure ones run in one turn for each array. */
export const andThen = <A, B, E1, R1, C, E2, R2>(
  first: Operator<A, B, E1, R1>,
  second: Operator<B, C, E2, R2>
): Operator<A, C, E1 | E2, R1 | R2> => {
  const stages = [...first.stages, ...second.stages]
  return first.process !== undefined && second.process !== undefined
    ? pureOperator(stages, Effect.zipWith(first.process, second.process, compose))
    : Object.assign(
      <E0, R0>(self: Stream.Stream<Element<A>, E0, R0>) => second(first(self)),
      { stages }
    )
}

/** {@link andThen} to be read in a pipe: `pipe(decode, via(validate), via(dedupe))`. */
export const via =
  <B, C, E2, R2>(second: Operator<B, C, E2, R2>) =>
  <A, E1, R1>(first: Operator<A, B, E1, R1>): Operator<A, C, E1 | E2, R1 | R2> => andThen(first, second)
