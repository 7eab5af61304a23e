/** What all joins take. */
import type { Edge } from "../stage/Stage.ts"
import type { Key, StateSchema } from "../state/Binary.ts"

/** One side of a join over one stream that carries both. */
export interface JoinSide<in A, out K extends Key, in out V, out B> {
  /** This side's value of an event; `undefined`: the event is not of this side. An event that is of both is taken as of the left. */
  readonly select: (payload: A) => V | undefined
  readonly key: (value: V) => K
  /**
   * At most one row of a key is of use: a primary key. The newest is held, and a row of the other side is not held any more once it has met
   * its match.
   */
  readonly unique?: boolean
  /** Makes the join an outer one: the output of a row that leaves and never had a match. */
  readonly unmatched?: (value: V) => B
  /** How values are kept; without it they must be JSON as they are. */
  readonly value?: StateSchema<V>
}

export interface JoinOptions<in A, in out B> {
  readonly name: string
  /** The output made of an event that is of neither side. Without it such events are counted as filtered, reason `neither side`. */
  readonly others?: (payload: A) => B
  /** How many rows both sides hold together at most: the one that came first goes. */
  readonly capacity?: number
  readonly edge?: Edge
}
