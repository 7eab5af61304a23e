/** The operator behind `join` and `intervalJoin`: rows of the two sides match by key and by how far their times are apart. */
import { Option, Schema } from "effect"
import { TimeJson } from "../../domain/time/UtcTime.ts"
import type { StateCodec } from "../../layers/stage/StageState.ts"
import type { Key } from "../keyed/Entry.ts"
import { columns, direct, type Operator, type StageServices } from "../stage/Stage.ts"
import { type ValueJson, valueJson } from "../state/valueJson.ts"
import type { JoinOptions, JoinSide } from "./options.ts"
import { Held } from "./Row.ts"
import { putRows, readRows, RowsJson, writeRows } from "./rowsJson.ts"
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
  const initial = (): State<K, L, R, B> => {
    const held = new Held<B>(capacity)
    return { held, left: sideOf(left, lower, upper, held), right: sideOf(right, -upper, -lower, held) }
  }
  return columns<A, B, State<K, L, R, B>>({
    name,
    edge,
    initial,
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
    },
    entries: ({ held }) => held.size,
    codec: codecOf(initial, valueJson(left.value), valueJson(right.value))
  })
}

const StateJson = Schema.Struct({ watermark: TimeJson, left: RowsJson, right: RowsJson })
const encodeJson = Schema.encodeSync(StateJson)
const decodeJson = Schema.decodeUnknownOption(StateJson)

const codecOf = <K extends Key, L, R, B>(
  initial: () => State<K, L, R, B>,
  leftJson: ValueJson<L>,
  rightJson: ValueJson<R>
): StateCodec<State<K, L, R, B>> => ({
  version: 1,
  encode: ({ held, left, right }) =>
    encodeJson({ watermark: held.watermark, left: writeRows(left, leftJson), right: writeRows(right, rightJson) }),
  decode: (json, version) => {
    const decoded = version === 1 ? Option.getOrUndefined(decodeJson(json)) : undefined
    if (decoded === undefined) return undefined
    const state = initial()
    state.held.watermark = decoded.watermark
    const lefts = readRows(state.left, decoded.left, leftJson)
    const rights = readRows(state.right, decoded.right, rightJson)
    if (lefts === undefined || rights === undefined) return undefined
    putRows(state.held, lefts, rights)
    return state
  }
})
