/** The state of tumbling and sliding windows in parts: the entries of the panes, how often results were corrected, and time. */
import { Schema } from "effect"
import { ContributorsRecord, readContributors, writeContributors } from "../../domain/stream/contributorsCodec.ts"
import { Numeric } from "../../domain/time/Numeric.ts"
import type { StateEntry, StatePart } from "../../layers/stage/StageState.ts"
import { accumulatorSchema, type Aggregate } from "../aggregates/Aggregate.ts"
import { binary } from "../state/Binary.ts"
import { PaneEntry } from "./Entry.ts"
import { Pane } from "./panes.ts"
import type { PaneStore } from "./PaneStore.ts"
import type { Versions } from "./Versions.ts"
import { windowKey } from "./windowKeys.ts"
import type { WindowKey } from "./WindowSettings.ts"

export const panesPart = <A, K extends WindowKey, Acc, R>(
  name: string,
  aggregate: Aggregate<A, Acc, R>,
  store: PaneStore<K, Acc>,
  size: () => number
): StatePart => {
  const places = binary(Schema.Tuple([Numeric, windowKey<K>()]))
  const values = binary(Schema.Struct({
    acc: accumulatorSchema(aggregate),
    order: Schema.Int,
    contributors: ContributorsRecord
  }))
  const placeOf = ({ key, start }: PaneEntry<K, Acc>): Uint8Array => places.write([start, key])
  const written = (entry: PaneEntry<K, Acc>): StateEntry => ({
    key: placeOf(entry),
    value: values.write({ acc: entry.acc, order: entry.order, contributors: writeContributors(entry) })
  })
  return {
    name,
    version: 1,
    size,
    entries: () => store.allEntries().map(written),
    changes: () =>
      Array.from(
        store.changed.take(),
        (entry) => store.holds(entry) ? written(entry) : { key: placeOf(entry), value: undefined }
      ),
    restore: (entries, version) => {
      if (version !== 1) return false
      const read: Array<PaneEntry<K, Acc>> = []
      for (const { key: place, value } of entries) {
        const at = places.read(place)
        const record = values.read(value)
        if (at === undefined || record === undefined) return false
        const [start, key] = at
        if (store.times.startOfPane(start) !== start) return false
        read.push(readContributors(record.contributors, new PaneEntry(key, start, record.order, record.acc)))
      }
      for (const entry of read.sort((a, b) => a.start - b.start || a.order - b.order)) {
        const pane = store.panes.get(entry.start) ?? new Pane<K, Acc>(entry.start, store.times)
        pane.entries.set(entry.key, entry)
        store.held++
        store.panes.set(pane.start, pane)
      }
      return true
    }
  }
}

export const versionsPart = <K extends WindowKey>(name: string, versions: Versions<K>): StatePart => {
  const places = binary(Schema.Tuple([Numeric, windowKey<K>()]))
  const values = binary(Schema.Int)
  return {
    name,
    version: 1,
    size: () => versions.size,
    entries: () =>
      Array.from(versions.all(), ({ end, key, version }) => ({
        key: places.write([end, key]),
        value: values.write(version)
      })),
    changes: () =>
      Array.from(versions.changed.take(), ({ end, key }) => {
        const version = versions.of(end, key)
        return { key: places.write([end, key]), value: version === 0 ? undefined : values.write(version) }
      }),
    restore: (entries, written) => {
      if (written !== 1) return false
      for (const { key: place, value } of entries) {
        const at = places.read(place)
        const version = values.read(value)
        if (at === undefined || version === undefined) return false
        versions.set(at[0], at[1], version)
      }
      return true
    }
  }
}
