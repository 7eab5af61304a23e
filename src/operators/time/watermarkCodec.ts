/** The state of `assignWatermarks` in a snapshot. */
import { Option, Schema } from "effect"
import { TimeJson } from "../../domain/time/UtcTime.ts"
import type { StateCodec } from "../../layers/stage/StageState.ts"
import type { WatermarkOptions, WatermarkState } from "./assignWatermarks.ts"

const StateJson = Schema.Struct({
  sources: Schema.Array(Schema.Struct({
    id: Schema.String,
    latenessMillis: TimeJson,
    idleMillis: TimeJson,
    greatest: TimeJson,
    lastActive: TimeJson
  })),
  now: TimeJson,
  watermark: TimeJson
})
const encodeJson = Schema.encodeSync(StateJson)
const decodeJson = Schema.decodeUnknownOption(StateJson)

/** The lateness of a source that is known beforehand is what it is set to now, whatever it was when the snapshot was taken. */
export const watermarkCodec = (
  announced: WatermarkOptions["sources"],
  initial: () => WatermarkState
): StateCodec<WatermarkState> => ({
  version: 1,
  encode: ({ now, sources, watermark }) =>
    encodeJson({
      sources: Array.from(sources, ([id, { greatest, lastActive, lateness }]) => ({
        id,
        latenessMillis: lateness.latenessMillis,
        idleMillis: lateness.idleMillis,
        greatest,
        lastActive
      })),
      now,
      watermark
    }),
  decode: (json, version) => {
    const decoded = version === 1 ? Option.getOrUndefined(decodeJson(json)) : undefined
    if (decoded === undefined) return undefined
    const state = initial()
    state.now = decoded.now
    state.watermark = decoded.watermark
    for (const { greatest, id, idleMillis, lastActive, latenessMillis } of decoded.sources) {
      const lateness = announced.get(id) ?? { latenessMillis, idleMillis }
      state.sources.set(id, { lateness, greatest, lastActive })
    }
    return state
  }
})
