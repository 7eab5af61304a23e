/** The state of `keyed` in a snapshot. */
import { Option, Schema } from "effect"
import { decodeContributors, encodeContributors } from "../../domain/stream/contributorsCodec.ts"
import { TimeJson } from "../../domain/time/UtcTime.ts"
import type { StateCodec } from "../../layers/stage/StageState.ts"
import { trusted, type ValueJson } from "../state/valueJson.ts"
import { type Bounds, Entries } from "./Entries.ts"
import { Entry, type Key } from "./Entry.ts"

const StateJson = Schema.Struct({
  watermark: TimeJson,
  /** From the one written longest ago on. */
  entries: Schema.Array(Schema.Struct({
    key: Schema.Union([Schema.String, Schema.Finite]),
    value: Schema.optionalKey(Schema.Json),
    touched: TimeJson,
    contributors: Schema.Json
  })),
  /** In the order in which they were set; `entry`: a place in `entries`. */
  timers: Schema.Array(Schema.Struct({ entry: Schema.Int, time: TimeJson }))
})

const encodeJson = Schema.encodeSync(StateJson)
const decodeJson = Schema.decodeUnknownOption(StateJson)

export const keyedCodec = <K extends Key, V>(
  bounds: Bounds,
  value: ValueJson<V>
): StateCodec<Entries<K, V>> => ({
  version: 1,
  encode: (state) => {
    const entries = state.inOrder()
    const timers: Array<{ readonly order: number; readonly entry: number; readonly time: number }> = []
    entries.forEach((entry, place) => {
      for (let timer = entry.timers; timer !== undefined; timer = timer.next) {
        timers.push({ order: timer.order, entry: place, time: timer.time })
      }
    })
    timers.sort((a, b) => a.order - b.order)
    return encodeJson({
      watermark: state.watermark,
      entries: entries.map((entry) => {
        const { key, touched } = entry
        const contributors = encodeContributors(entry)
        return entry.value === undefined
          ? { key, touched, contributors }
          : { key, value: value.write(entry.value), touched, contributors }
      }),
      timers: timers.map(({ entry, time }) => ({ entry, time }))
    })
  },
  decode: (json, version) => {
    const decoded = version === 1 ? Option.getOrUndefined(decodeJson(json)) : undefined
    if (decoded === undefined) return undefined
    const state = new Entries<K, V>(bounds)
    state.watermark = decoded.watermark
    const entries: Array<Entry<K, V>> = []
    for (const { contributors, key, touched, value: written } of decoded.entries) {
      if (!trusted<K>(key)) return undefined
      const entry = decodeContributors(contributors, new Entry<K, V>(key))
      const read = written === undefined ? undefined : value.read(written)
      if (entry === undefined || (written !== undefined && read === undefined)) return undefined
      entry.value = read
      entry.touched = touched
      entries.push(entry)
      state.restore(entry)
    }
    for (const { entry: place, time } of decoded.timers) {
      const entry = entries[place]
      if (entry === undefined) return undefined
      state.setTimer(entry, time)
    }
    return state
  }
})
