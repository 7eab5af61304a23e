/**
 * What the end of a trace waited for: the chain of spans, walked back from the last end, without which it would have ended earlier.
 *
 * From the end of a span's subtree, the child whose subtree ended last before that is what was waited for; before that child began, the next such child, and so on; what no
 * child accounts for is the span's own. Between the end of a span and the start of a child that it left work for lies waiting. Children that were still at work
 * at that moment held nothing up. Segments follow each other without gaps. Linear but for the sort of children; no recursion.
 */
import type { StoredSpan } from "../StoredSpan.ts"
import type { TreeOrder } from "./treeOrder.ts"

export interface PathSegment {
  /** The place of the span. */
  readonly place: number
  readonly start: bigint
  readonly end: bigint
  /** The span was not at work yet, or no longer: something waited in a queue. */
  readonly waiting: boolean
}

interface Frame {
  readonly place: number
  /** Its own start, or that of the span above it that it starts before. */
  readonly floor: bigint
  /** Children by the end of their subtree, the last at the end. */
  readonly children: Array<number>
  /** Everything from here on is accounted for. */
  cursor: bigint
}

const lengthless = ({ endTime, startTime }: StoredSpan): bigint => endTime > startTime ? endTime : startTime

/** Of the tree of `root`, in order of time. */
export const criticalPath = (
  spans: ReadonlyArray<StoredSpan>,
  { children, order }: TreeOrder,
  root: number
): ReadonlyArray<PathSegment> => {
  const ends = spans.map(lengthless)
  const parentOf = new Map(children.flatMap((below, parent) => below.map((child) => [child, parent] as const)))
  for (const place of order.toReversed()) {
    const parent = parentOf.get(place)
    const [own, above] = [ends[place], parent === undefined ? undefined : ends[parent]]
    if (parent !== undefined && own !== undefined && above !== undefined && own > above) ends[parent] = own
  }
  const endOf = (place: number): bigint => ends[place] ?? 0n
  const frame = (place: number, floor: bigint): Frame => ({
    place,
    floor,
    children: (children[place] ?? []).toSorted((a, b) => endOf(a) < endOf(b) ? -1 : endOf(a) > endOf(b) ? 1 : 0),
    cursor: endOf(place)
  })
  const segments: Array<PathSegment> = []
  /** Back from the cursor to `from`: the span's own time up to its end, waiting after that. */
  const account = (place: number, from: bigint, to: bigint): void => {
    const span = spans[place]
    if (span === undefined || from >= to) return
    const end = lengthless(span)
    if (to > end) segments.push({ place, start: from > end ? from : end, end: to, waiting: true })
    if (from < end) segments.push({ place, start: from, end: to < end ? to : end, waiting: false })
  }
  const stack = [frame(root, spans[root]?.startTime ?? 0n)]
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    let child = top.children.pop()
    while (child !== undefined && endOf(child) > top.cursor) child = top.children.pop()
    const childStart = child === undefined ? undefined : spans[child]?.startTime
    if (child === undefined || childStart === undefined || endOf(child) <= top.floor) {
      account(top.place, top.floor, top.cursor)
      stack.pop()
      continue
    }
    account(top.place, endOf(child), top.cursor)
    top.cursor = childStart > top.floor ? childStart : top.floor
    stack.push(frame(child, top.cursor))
  }
  return segments.toReversed()
}
