/** Questions to the spans of an open trace. */
import type { SpanPlace } from "./ClosedTraces.ts"
import type { OpenTraces } from "./OpenTraces.ts"
import type { SpanBodies } from "./SpanBodies.ts"
import { noRow, rowAt, rowStride } from "./SpanRows.ts"

/** In the order in which they came, duplicates among them. */
export const placesOf = (open: OpenTraces, bodies: SpanBodies, slot: number): ReadonlyArray<SpanPlace> => {
  const { words } = open.rows
  const places: Array<SpanPlace> = []
  for (let row = open.first[slot] ?? noRow; row !== noRow; row = words[row * rowStride + rowAt.next] ?? noRow) {
    const at = row * rowStride
    const body = bodies.get(words[at + rowAt.body] ?? 0)
    if (body === undefined) continue
    places.push({
      body,
      from: words[at + rowAt.from] ?? 0,
      to: words[at + rowAt.to] ?? 0,
      resource: words[at + rowAt.resource] ?? 0,
      scope: words[at + rowAt.scope] ?? 0
    })
  }
  return places
}

const idAt = (words: Uint32Array, at: number): bigint | number => {
  const high = words[at] ?? 0
  return high < 2 ** 21 ? high * 2 ** 32 + (words[at + 1] ?? 0) : (BigInt(high) << 32n) | BigInt(words[at + 1] ?? 0)
}

const fewSpans = 24

/** A root is there, and the parent of every other span. */
export const isWhole = (open: OpenTraces, slot: number): boolean => {
  const { words } = open.rows
  const first = open.first[slot] ?? noRow
  const next = (row: number): number => words[row * rowStride + rowAt.next] ?? noRow
  const many = (open.spans[slot] ?? 0) > fewSpans
  const ids = new Set<bigint | number>()
  if (many) { for (let row = first; row !== noRow; row = next(row)) ids.add(idAt(words, row * rowStride + rowAt.id)) }
  let rooted = false
  for (let row = first; row !== noRow; row = next(row)) {
    const at = row * rowStride + rowAt.parent
    if (((words[at] ?? 0) | (words[at + 1] ?? 0)) === 0) {
      rooted = true
      continue
    }
    if (many) {
      if (!ids.has(idAt(words, at))) return false
      continue
    }
    let found = false
    for (let other = first; other !== noRow && !found; other = next(other)) {
      const id = other * rowStride + rowAt.id
      found = words[id + 1] === words[at + 1] && words[id] === words[at]
    }
    if (!found) return false
  }
  return rooted
}

/** How many there are, those that came twice once. */
export const countDistinct = (open: OpenTraces, slot: number): number => {
  const { words } = open.rows
  const seen = new Set<string>()
  for (let row = open.first[slot] ?? noRow; row !== noRow; row = words[row * rowStride + rowAt.next] ?? noRow) {
    const at = row * rowStride
    seen.add(`${words[at + rowAt.id]} ${words[at + rowAt.id + 1]} ${words[at + rowAt.kind]}`)
  }
  return seen.size
}
