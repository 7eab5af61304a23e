/** What is there at once or comes later, told apart and as an effect. */
import { Effect } from "effect"

/** Whether it is there: a look at its kind, where `Effect.isEffect` looks for a property. */
export const isThere = <A, E, R>(
  result: ReadonlyArray<A> | Effect.Effect<ReadonlyArray<A>, E, R>
): result is ReadonlyArray<A> => Array.isArray(result)

export const toEffect = <A, E = never, R = never>(
  result: ReadonlyArray<A> | Effect.Effect<ReadonlyArray<A>, E, R>
): Effect.Effect<ReadonlyArray<A>, E, R> => isThere(result) ? Effect.succeed(result) : result
