/** The rows of a join in a snapshot. */
import { Schema } from "effect"
import { decodeContext, encodeContext } from "../../domain/stream/contributorsCodec.ts"
import { isFollowed } from "../../domain/stream/Envelope.ts"
import type { Key } from "../keyed/Entry.ts"
import { trusted, type ValueJson } from "../state/valueJson.ts"
import { type Held, Row } from "./Row.ts"
import type { Side } from "./Side.ts"

export const RowsJson = Schema.Array(Schema.Struct({
  key: Schema.Union([Schema.String, Schema.Finite]),
  value: Schema.Json,
  context: Schema.Json,
  since: Schema.NullOr(Schema.BigIntFromString),
  order: Schema.Int,
  matched: Schema.Boolean
}))

type RowsRead = typeof RowsJson.Type

export const writeRows = <K extends Key, V, B>(side: Side<K, V, B>, { write }: ValueJson<V>): RowsRead =>
  side.rows().map(({ context, key, matched, order, since, value }) => ({
    key,
    value: write(value),
    context: encodeContext(context),
    since: since ?? null,
    order,
    matched
  }))

/** A row that waits to be put into its side. */
interface Waiting {
  readonly order: number
  readonly put: () => void
}

export const readRows = <K extends Key, V, B>(
  side: Side<K, V, B>,
  rows: RowsRead,
  { read }: ValueJson<V>
): ReadonlyArray<Waiting> | undefined => {
  const waiting: Array<Waiting> = []
  for (const { context: written, key, matched, order, since, value: json } of rows) {
    const context = decodeContext(written)
    const value = read(json)
    if (context === undefined || value === undefined || !trusted<K>(key)) return undefined
    const at = context.eventTime
    const kept = { context, followed: isFollowed(context), since: since ?? undefined }
    const row = new Row<K, V, B>(side, key, value, kept, at, order, at + side.options.high, matched)
    waiting.push({ order, put: () => side.put(row) })
  }
  return waiting
}

/** Puts rows back in their order of arrival, as far as they could be read. */
export const putRows = <B>(held: Held<B>, ...sides: ReadonlyArray<ReadonlyArray<Waiting>>): void => {
  for (const { order, put } of sides.flat().sort((a, b) => a.order - b.order)) {
    put()
    if (order >= held.nextOrder) held.nextOrder = order + 1
  }
}
