/** The state of `windowJoin` in a snapshot. */
import { Option, Schema } from "effect"
import { TimeJson } from "../../domain/time/UtcTime.ts"
import type { StateCodec } from "../../layers/stage/StageState.ts"
import type { Key } from "../keyed/Entry.ts"
import type { ValueJson } from "../state/valueJson.ts"
import { putRows, readRows, RowsJson, writeRows } from "./rowsJson.ts"
import type { Windows } from "./Windows.ts"

const StateJson = Schema.Struct({
  watermark: TimeJson,
  windows: Schema.Array(Schema.Struct({ end: Schema.Finite, left: RowsJson, right: RowsJson }))
})
const encodeJson = Schema.encodeSync(StateJson)
const decodeJson = Schema.decodeUnknownOption(StateJson)

export const windowJoinCodec = <K extends Key, L, R, B>(
  initial: () => Windows<K, L, R, B>,
  leftJson: ValueJson<L>,
  rightJson: ValueJson<R>
): StateCodec<Windows<K, L, R, B>> => ({
  version: 1,
  encode: ({ byEnd, held }) =>
    encodeJson({
      watermark: held.watermark,
      windows: Array.from(byEnd.values(), ({ end, left, right }) => ({
        end,
        left: writeRows(left, leftJson),
        right: writeRows(right, rightJson)
      }))
    }),
  decode: (json, version) => {
    const decoded = version === 1 ? Option.getOrUndefined(decodeJson(json)) : undefined
    if (decoded === undefined) return undefined
    const state = initial()
    state.held.watermark = decoded.watermark
    const waiting: Array<Exclude<ReturnType<typeof readRows>, undefined>> = []
    for (const { end, left, right } of decoded.windows) {
      const window = state.open(end)
      const lefts = readRows(window.left, left, leftJson)
      const rights = readRows(window.right, right, rightJson)
      if (lefts === undefined || rights === undefined) return undefined
      waiting.push(lefts, rights)
    }
    putRows(state.held, ...waiting)
    return state
  }
})
