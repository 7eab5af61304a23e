/** The depth-first order of a forest: parents before children, siblings by start and then id. Iterative: a trace may be as deep as it is long. */
import type { StoredSpan } from "../StoredSpan.ts"

export interface TreeOrder {
  readonly order: ReadonlyArray<number>
  /** By the place of the span. */
  readonly depths: ReadonlyArray<number>
  readonly children: ReadonlyArray<ReadonlyArray<number>>
}

export const treeOrder = (spans: ReadonlyArray<StoredSpan>, parents: ReadonlyArray<number>): TreeOrder => {
  const before = (a: number, b: number): number => {
    const [x, y] = [spans[a], spans[b]]
    if (x === undefined || y === undefined || x === y) return a - b
    return x.startTime === y.startTime ? (x.spanId < y.spanId ? -1 : 1) : x.startTime < y.startTime ? -1 : 1
  }
  const children: Array<Array<number>> = spans.map(() => [])
  const roots: Array<number> = []
  for (const place of spans.keys()) (children[parents[place] ?? -1] ?? roots).push(place)
  for (const siblings of children) siblings.sort(before)
  const order: Array<number> = []
  const depths = spans.map(() => 0)
  const stack = roots.sort(before).toReversed()
  for (let place = stack.pop(); place !== undefined; place = stack.pop()) {
    order.push(place)
    depths[place] = (depths[parents[place] ?? -1] ?? -1) + 1
    const below = children[place] ?? []
    for (let i = below.length - 1; i >= 0; i--) stack.push(below[i] ?? place)
  }
  return { order, depths, children }
}
