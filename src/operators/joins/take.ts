/** An event meets the rows of the other side, and is kept for those to come. */
import type { Batch } from "../../domain/stream/Batch.ts"
import { Place } from "../../domain/stream/Place.ts"
import type { Collector } from "../stage/running/Collector.ts"
import type { Key } from "../state/Binary.ts"
import type { JoinOptions, JoinSide } from "./options.ts"
import type { Side } from "./Side.ts"

export const take = <K extends Key, V, O, W, B>(
  own: Side<K, V, B>,
  other: Side<K, O, B>,
  key: K,
  value: V,
  pair: (own: V, other: O, window: W) => B,
  window: W,
  place: Place,
  collector: Collector<B>
): void => {
  const at = place.time
  const rows = other.rowsOf(key)
  let matched = false
  if (rows !== undefined) {
    const low = at + own.options.low
    const high = at + own.options.high
    for (const row of rows) {
      if (!row.live || row.at < low || row.at > high) continue
      matched = true
      if (!row.matched) {
        row.matched = true
        other.changed(row)
      }
      collector.joined(place, row.kept, pair(value, row.value, window), row.at > at ? row.at : at)
      if (own.options.keeps !== "all") other.remove(row)
    }
  }
  if (matched && other.options.keeps !== "all") return
  if (own.options.keeps === "first" && own.rowsOf(key) !== undefined) return
  own.keep(key, value, collector.hold(place), at, matched, collector)
}

/** Takes the events of a batch apart: those of the left, those of the right, and the others. */
export const eachSide = <A, K extends Key, L, R, B>(
  { others }: JoinOptions<A, B>,
  left: JoinSide<A, K, L, B>,
  right: JoinSide<A, K, R, B>,
  batch: Batch<A>,
  collector: Collector<B>,
  onLeft: (value: L, place: Place) => void,
  onRight: (value: R, place: Place) => void
): void => {
  const selectLeft = left.select
  const selectRight = right.select
  const place = new Place(batch)
  let neither = 0
  for (const payload of batch.payloads) {
    place.advance()
    const ofLeft = selectLeft(payload)
    const ofRight = ofLeft === undefined ? selectRight(payload) : undefined
    if (ofLeft !== undefined) onLeft(ofLeft, place)
    else if (ofRight !== undefined) onRight(ofRight, place)
    else if (others === undefined) neither++
    else collector.out(place, others(payload))
  }
  if (neither > 0) collector.addFiltered("neither side", neither)
}
