/** An event meets the rows of the other side, and is kept for those to come. */
import type { Batch } from "../../domain/Batch.ts"
import type { EventContext } from "../../domain/Envelope.ts"
import type { Key } from "../keyed/Entry.ts"
import type { Collector } from "../stage/Collector.ts"
import type { JoinOptions, JoinSide } from "./options.ts"
import type { Side } from "./Side.ts"

/** Where in its batch an event stands. One object serves all events of an array. */
export interface Place<B> {
  batch: Batch<unknown>
  collector: Collector<B>
  context: EventContext
  index: number
  isFollowed: boolean
}

export const take = <K extends Key, V, O, W, B>(
  own: Side<K, V, B>,
  other: Side<K, O, B>,
  key: K,
  value: V,
  pair: (own: V, other: O, window: W) => B,
  window: W,
  { batch, collector, context, index, isFollowed }: Place<B>
): void => {
  const at = context.eventTime
  const rows = other.rowsOf(key)
  let matched = false
  if (rows !== undefined) {
    const low = at + own.options.low
    const high = at + own.options.high
    for (const row of rows) {
      if (!row.live || row.at < low || row.at > high) continue
      matched = true
      row.matched = true
      collector.joined(batch, index, isFollowed, row, pair(value, row.value, window), row.at > at ? row.at : at)
      if (own.options.keeps !== "all") other.remove(row)
    }
  }
  if (matched && other.options.keeps !== "all") return
  if (own.options.keeps === "first" && own.rowsOf(key) !== undefined) return
  own.keep(key, value, collector.keep(context, isFollowed), at, matched, collector)
}

/** Takes the events of a batch apart: those of the left, those of the right, and the others. */
export const eachSide = <A, K extends Key, L, R, B>(
  { others }: JoinOptions<A, B>,
  left: JoinSide<A, K, L, B>,
  right: JoinSide<A, K, R, B>,
  batch: Batch<A>,
  collector: Collector<B>,
  onLeft: (value: L, place: Place<B>) => void,
  onRight: (value: R, place: Place<B>) => void
): void => {
  const { contexts, followed, payloads } = batch
  const selectLeft = left.select
  const selectRight = right.select
  const [first] = contexts
  if (first === undefined) return
  const place: Place<B> = { batch, collector, context: first, index: 0, isFollowed: false }
  let next = 0
  let neither = 0
  let index = -1
  for (const payload of payloads) {
    index++
    const isFollowed = followed[next] === index
    if (isFollowed) next++
    const ofLeft = selectLeft(payload)
    const ofRight = ofLeft === undefined ? selectRight(payload) : undefined
    if (ofLeft === undefined && ofRight === undefined) {
      if (others === undefined) neither++
      else collector.outAt(batch, index, isFollowed, others(payload))
      continue
    }
    const context = contexts[index]
    if (context === undefined) break
    place.context = context
    place.index = index
    place.isFollowed = isFollowed
    if (ofLeft !== undefined) onLeft(ofLeft, place)
    else if (ofRight !== undefined) onRight(ofRight, place)
  }
  if (neither > 0) collector.addFiltered("neither side", neither)
}
