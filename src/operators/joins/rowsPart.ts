/** The rows of a join as a part of a stage's state, under their numbers in order of arrival. */
import { Schema } from "effect"
import { HeldRecord, readHeld, writeHeld } from "../../domain/stream/contributorsCodec.ts"
import type { Held as HeldEvent } from "../../domain/stream/Envelope.ts"
import { Numeric } from "../../domain/time/Numeric.ts"
import type { StateEntry, StatePart } from "../../layers/stage/StageState.ts"
import { binary, keySchema, schemaOf, type StateSchema } from "../state/Binary.ts"
import type { Key } from "../state/Binary.ts"
import type { Held } from "./Held.ts"
import { Row } from "./Row.ts"
import type { Side } from "./Side.ts"

const ids = binary(Schema.Int)

interface SideRecord<K extends Key, V> {
  readonly key: K
  readonly value: V
  readonly matched: boolean
  /** End of the window that it waits in; NaN where there are none. */
  readonly window: number
  readonly kept: typeof HeldRecord.Type
}

/** How the rows of one side are written, with what they are of. */
export const sideRecord = <K extends Key, V>(value: StateSchema<V> | undefined): StateSchema<SideRecord<K, V>> =>
  Schema.Struct({
    key: keySchema<K>(),
    value: schemaOf(value),
    matched: Schema.Boolean,
    window: Numeric,
    kept: HeldRecord
  })

/** The first byte says which side a row is of. */
const tagged = (side: number, bytes: Uint8Array): Uint8Array => {
  const whole = new Uint8Array(bytes.length + 1)
  whole[0] = side
  whole.set(bytes, 1)
  return whole
}

/** `left` and `right`: the side that a row waits in, of a window by its end. */
export const rowsPart = <K extends Key, L, R, B>(
  name: string,
  held: Held<B>,
  left: { readonly values: StateSchema<L> | undefined; readonly of: (window: number) => Side<K, L, B> },
  right: { readonly values: StateSchema<R> | undefined; readonly of: (window: number) => Side<K, R, B> },
  sides: () => Iterable<{ readonly left: Side<K, L, B>; readonly right: Side<K, R, B>; readonly end: number }>
): StatePart => {
  const lefts = binary(sideRecord<K, L>(left.values))
  const rights = binary(sideRecord<K, R>(right.values))
  const record = <V>(row: Row<K, V, B>, window: number): SideRecord<K, V> => ({
    key: row.key,
    value: row.value,
    matched: row.matched,
    window,
    kept: writeHeld(row.kept)
  })
  const all = function*(): IterableIterator<readonly [order: number, write: () => Uint8Array]> {
    for (const { end, ...each } of sides()) {
      for (const row of each.left.rows()) yield [row.order, () => tagged(0, lefts.write(record(row, end)))]
      for (const row of each.right.rows()) yield [row.order, () => tagged(1, rights.write(record(row, end)))]
    }
  }
  const put = <V>(side: Side<K, V, B>, { key, kept, matched, value }: SideRecord<K, V>, order: number): void => {
    const event: HeldEvent = readHeld(kept)
    const at = event.context.eventTime
    side.put(new Row(side, key, value, event, at, order, at + side.options.high, matched))
  }

  return {
    name,
    version: 1,
    size: () => held.size,
    entries: function*(): IterableIterator<StateEntry> {
      for (const [order, write] of all()) yield { key: ids.write(order), value: write() }
    },
    changes: () => {
      const noted = held.changed.take()
      if (noted.size === 0) return []
      const there = new Map(all())
      return Array.from(noted, (order) => ({ key: ids.write(order), value: there.get(order)?.() }))
    },
    restore: (entries, version) => {
      if (version !== 1) return false
      const waiting: Array<readonly [order: number, put: () => void]> = []
      for (const { key, value } of entries) {
        const order = ids.read(key)
        const bytes = value.subarray(1)
        const ofLeft = value[0] === 0 ? lefts.read(bytes) : undefined
        const ofRight = value[0] === 1 ? rights.read(bytes) : undefined
        if (order === undefined) return false
        if (ofLeft !== undefined) waiting.push([order, () => put(left.of(ofLeft.window), ofLeft, order)])
        else if (ofRight !== undefined) waiting.push([order, () => put(right.of(ofRight.window), ofRight, order)])
        else return false
      }
      for (const [order, putRow] of waiting.sort(([a], [b]) => a - b)) {
        putRow()
        if (order >= held.nextOrder) held.nextOrder = order + 1
      }
      return true
    }
  }
}
