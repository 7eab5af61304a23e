/** A table as a part of a stage's state: its entries as bytes. */
import { Schema } from "effect"
import { contributorsOf, ContributorsRecord, writeContributors } from "../../domain/stream/contributorsCodec.ts"
import { Numeric } from "../../domain/time/Numeric.ts"
import type { StateEntry, StatePart } from "../../layers/stage/StageState.ts"
import { binary, type Key, keySchema, schemaOf } from "./Binary.ts"
import { Entry, type EntryTable, type KeptTimer, type TableOptions } from "./Table.ts"

const EntryRecord = Schema.Struct({
  value: Schema.NullOr(Schema.Uint8Array),
  touched: Numeric,
  order: Schema.Int,
  timers: Schema.Array(Schema.Struct({ time: Numeric, order: Schema.Int })),
  contributors: Schema.NullOr(ContributorsRecord)
})
const records = binary(EntryRecord)

export const tablePart = <K extends Key, V>(
  name: string,
  table: EntryTable<K, V>,
  { value: schema, version = 1 }: Pick<TableOptions<V>, "value" | "version">
): StatePart => {
  const values = binary(schemaOf(schema))
  const keys = binary(keySchema<K>())

  const written = (entry: Entry<K, V>): StateEntry => {
    const { contributors, key, order, touched, value } = entry
    const timers: Array<KeptTimer> = []
    for (let timer = entry.timers; timer !== undefined; timer = timer.next) {
      timers.push({ time: timer.time, order: timer.order })
    }
    return {
      key: keys.write(key),
      value: records.write({
        value: value === undefined ? null : values.write(value),
        touched,
        order,
        timers,
        contributors: contributors === undefined ? null : writeContributors(contributors)
      })
    }
  }

  return {
    name,
    version,
    size: () => table.size,
    entries: () => table.inOrder().map(written),
    changes: () =>
      Array.from(table.changed.take(), (key) => {
        const entry = table.byKey.get(key)
        return entry === undefined ? { key: keys.write(key), value: undefined } : written(entry)
      }),
    restore: (entries, of) => {
      if (of !== version) return false
      const kept: Array<{ readonly entry: Entry<K, V>; readonly timers: ReadonlyArray<KeptTimer> }> = []
      for (const each of entries) {
        const key = keys.read(each.key)
        const record = records.read(each.value)
        if (key === undefined || record === undefined) return false
        const entry = new Entry<K, V>(key)
        if (record.value !== null) {
          entry.value = values.read(record.value)
          if (entry.value === undefined) return false
        }
        entry.touched = record.touched
        entry.order = record.order
        if (record.contributors !== null) entry.contributors = contributorsOf(record.contributors)
        kept.push({ entry, timers: record.timers })
      }
      table.putAll(kept)
      return true
    }
  }
}
