/** What is there at once or comes later, as an effect. */
import { Effect } from "effect"

export const toEffect = <A, E = never, R = never>(
  result: ReadonlyArray<A> | Effect.Effect<ReadonlyArray<A>, E, R>
): Effect.Effect<ReadonlyArray<A>, E, R> => Effect.isEffect(result) ? result : Effect.succeed(result)
