/** The state of tumbling and sliding windows as JSON. */
import { Option, Schema } from "effect"
import { TimeJson } from "../../domain/time/UtcTime.ts"
import { numberJson } from "../aggregates/accumulatorJson.ts"
import type { Aggregate } from "../aggregates/Aggregate.ts"
import { Entry } from "./Entry.ts"
import { decodeEntry, encodeEntry, EntryJson, KeyJson, withKey } from "./entryCodec.ts"
import { Pane } from "./panes.ts"
import type { PaneStore } from "./PaneStore.ts"
import type { Versions } from "./Versions.ts"
import type { WindowKey } from "./WindowSettings.ts"

const AlignedJson = Schema.Struct({
  size: Schema.Int,
  slide: Schema.Int,
  watermark: TimeJson,
  panes: Schema.Array(Schema.Tuple([Schema.Finite, Schema.Array(Schema.Tuple([KeyJson, EntryJson]))])),
  versions: Schema.Array(Schema.Tuple([Schema.Finite, Schema.Array(Schema.Tuple([KeyJson, Schema.Int]))]))
})

const decodeJson = Schema.decodeUnknownOption(AlignedJson)

export const encodeAligned = <A, K extends WindowKey, Acc, R>(
  aggregate: Aggregate<A, Acc, R>,
  { panes, times: { size, slide }, watermark }: PaneStore<K, Acc>,
  { byEnd }: Versions<K>
): Schema.Json => ({
  size,
  slide,
  watermark: numberJson.write(watermark),
  panes: Array.from(panes.values(), ({ entries, start }) => [
    start,
    Array.from(entries, ([key, entry]) => [key ?? null, encodeEntry(aggregate, entry)])
  ]),
  versions: Array.from(byEnd, ([end, keys]) => [end, Array.from(keys, ([key, version]) => [key ?? null, version])])
})

/** Fills a store and versions that are empty. False: not what was written, or of other windows. */
export const decodeAligned = <A, K extends WindowKey, Acc, R>(
  aggregate: Aggregate<A, Acc, R>,
  json: Schema.Json,
  store: PaneStore<K, Acc>,
  versions: Versions<K>
): boolean => {
  const decoded = Option.getOrUndefined(decodeJson(json))
  if (decoded === undefined || decoded.size !== store.times.size || decoded.slide !== store.times.slide) return false
  store.watermark = decoded.watermark
  for (const [start, entries] of decoded.panes) {
    const pane = new Pane<K, Acc>(start, store.times)
    for (const [written, entryJson] of entries) {
      const entry = decodeEntry(aggregate, entryJson, (acc) => new Entry(acc))
      if (entry === undefined || withKey<K, unknown>(written, (key) => pane.entries.set(key, entry)) === undefined) {
        return false
      }
    }
    store.held += entries.length
    store.hold(pane)
  }
  for (const [end, keys] of decoded.versions) {
    for (const [written, version] of keys) withKey<K, void>(written, (key) => versions.set(end, key, version))
  }
  return true
}
