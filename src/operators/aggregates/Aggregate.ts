/** What an aggregate is: many events into one value, a bit at a time. */
import { schemaOf, type StateSchema } from "../state/Binary.ts"

/**
 * Turns events into a value through an accumulator. Laws: `merge` is associative with `initial()` as its neutral element, and adding the
 * events of two accumulators one after the other gives what merging the two gives.
 *
 * An accumulator belongs to whoever holds it: `add`, `merge` and `remove` may change their first argument in place and must return it; the
 * second argument of `merge` and `remove` is read only.
 */
export interface Aggregate<in A, in out Acc, out R> {
  readonly initial: () => Acc
  readonly add: (acc: Acc, payload: A) => Acc
  /** Takes in another accumulator, whose events came later. */
  readonly merge: (acc: Acc, later: Acc) => Acc
  /** The value so far; it shares nothing with the accumulator. */
  readonly result: (acc: Acc) => R
  /** The value so far, good until the accumulator changes: for who looks at it once, and spares a copy. */
  readonly view?: (acc: Acc) => R
  /** False where one more event would go over the accumulator's bound: whoever adds gives the event up instead. */
  readonly hasRoom?: (acc: Acc, payload: A) => boolean
  /** The inverse of `merge`, where there is an exact one: sliding windows then drop what leaves instead of merging all panes anew. */
  readonly remove?: (acc: Acc, earlier: Acc) => Acc
  /** How many entries the accumulator holds, if not one. */
  readonly size?: (acc: Acc) => number
  /** How the accumulator is kept. Without it, it must be JSON as it is. */
  readonly schema?: StateSchema<Acc>
}

export const viewOf = <A, Acc, R>({ result, view }: Aggregate<A, Acc, R>): (acc: Acc) => R => view ?? result

export const accumulatorSchema = <A, Acc, R>({ schema }: Aggregate<A, Acc, R>): StateSchema<Acc> => schemaOf(schema)
