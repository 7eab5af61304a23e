/** The operator behind `join` and `intervalJoin`: rows of the two sides match by key and by how far their times are apart. */
import { columns, direct, type Operator, type StageServices } from "../stage/Stage.ts"
import type { Key } from "../state/Binary.ts"
import { timePart } from "../state/Cell.ts"
import { structure } from "../state/State.ts"
import { Held } from "./Held.ts"
import type { JoinOptions, JoinSide } from "./options.ts"
import { rowsPart } from "./rowsPart.ts"
import { Side } from "./Side.ts"
import { eachSide, take } from "./take.ts"

interface PairingOptions<A, K extends Key, L, R, B> extends JoinOptions<A, B> {
  readonly left: JoinSide<A, K, L, B>
  readonly right: JoinSide<A, K, R, B>
  /** Right time minus left time, ms, both inclusive. */
  readonly lower: number
  readonly upper: number
  readonly combine: (left: L, right: R) => B
}

interface State<K extends Key, L, R, B> {
  readonly held: Held<B>
  readonly left: Side<K, L, B>
  readonly right: Side<K, R, B>
}

const sideOf = <A, K extends Key, V, B>(
  { unique = false, unmatched }: JoinSide<A, K, V, B>,
  low: number,
  high: number,
  held: Held<B>
): Side<K, V, B> =>
  new Side({
    low,
    high,
    keeps: unique ? "last" : "all",
    // What can stay for ever needs no timer, unless the end of the input makes it speak.
    timed: high < Infinity || unmatched !== undefined,
    unmatched
  }, held)

export const pairing = <A, K extends Key, L, R, B>(
  options: PairingOptions<A, K, L, R, B>
): Operator<A, B, never, StageServices> => {
  const { capacity = Infinity, combine, edge = direct, left, lower, name, right, upper } = options
  const flipped = (ofRight: R, ofLeft: L): B => combine(ofLeft, ofRight)
  const open = () => {
    const held = new Held<B>(capacity)
    const state: State<K, L, R, B> = {
      held,
      left: sideOf(left, lower, upper, held),
      right: sideOf(right, -upper, -lower, held)
    }
    const rows = rowsPart(
      "rows",
      held,
      { values: left.value, of: () => state.left },
      { values: right.value, of: () => state.right },
      () => [{ left: state.left, right: state.right, end: NaN }]
    )
    return { state, parts: [rows, timePart("watermark", held.time)] }
  }
  return columns<A, B, State<K, L, R, B>>({
    name,
    edge,
    state: structure([{ name: "rows", bound: capacity }, { name: "watermark", bound: 1 }], open),
    onBatch: (state, batch, collector) =>
      eachSide(
        options,
        left,
        right,
        batch,
        collector,
        (value, place) => take(state.left, state.right, left.key(value), value, combine, undefined, place, collector),
        (value, place) => take(state.right, state.left, right.key(value), value, flipped, undefined, place, collector)
      ),
    onWatermark: ({ held }, time, collector) => {
      for (let row = held.timers.next(time); row !== undefined; row = held.timers.next(time)) {
        // Until here the watermark is the last one, so that a row without an end gets a time that is not late.
        row.leave(collector, row.time < Infinity ? row.time : held.afterWatermark(row.at))
      }
      held.watermark = time
    }
  })
}
