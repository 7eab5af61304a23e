/**
 * The offset between the clocks of two hosts, and the shift of every span by it.
 *
 * Where clocks that agree would explain all that was seen, nothing is moved. Else the middle of the interval is taken, or its one end. Where no single offset explains
 * all of the window, the trace's own calls are asked alone; where even they contradict each other, each call is set right by itself, and the pair is told as
 * contradictory. What only messages tie together is never moved: time in a queue is not skew.
 */
import type { SpanTree } from "../assembly/spanTree.ts"
import {
  type BoundsByPair,
  type ClockBounds,
  edgeBounds,
  type Interval,
  isEmpty,
  joinBounds,
  pairKey
} from "./clockBounds.ts"
import { hostOf } from "./hostOf.ts"

export interface ClockOffset extends ClockBounds {
  readonly theta: bigint
  /** Nothing explains all calls at once. */
  readonly contradictory: boolean
}

/** Zero where it is possible. */
const middle = ({ high, low }: Interval): bigint => {
  if ((low === undefined || low <= 0n) && (high === undefined || high >= 0n)) return 0n
  if (low === undefined || high === undefined) return low ?? high ?? 0n
  return (low + high) / 2n
}

const offsetOf = (own: ClockBounds, around: ClockBounds): ClockOffset => {
  const bounds = isEmpty(around) ? own : around
  const contradictory = isEmpty(bounds)
  return { ...bounds, contradictory, theta: contradictory || bounds.calls === 0 ? 0n : middle(bounds) }
}

/** Whether the trace's own bounds say that two clocks differ: only then it is worth to ask what else was seen at that time. */
export const hasSkew = (bounds: BoundsByPair): boolean =>
  bounds.values().some((pair) => pair.calls > 0 && (isEmpty(pair) || middle(pair) !== 0n))

/** The offsets of the pairs of one trace, by their bounds there and in other traces of the same time. */
export const clockOffsets = (
  own: BoundsByPair,
  others: ReadonlyArray<BoundsByPair> = []
): ReadonlyMap<string, ClockOffset> => {
  const around = joinBounds([own, ...others])
  return new Map(Array.from(own, ([key, bounds]) => [key, offsetOf(bounds, around.get(key) ?? bounds)]))
}

/** By the place of a span: what is taken off its clock to have it by that of its root's host. `order`: parents before children. */
export const clockShifts = (
  { parents, spans }: Pick<SpanTree, "parents" | "spans">,
  order: ReadonlyArray<number>,
  offsets: ReadonlyMap<string, ClockOffset>
): ReadonlyArray<bigint> => {
  const shifts = spans.map(() => 0n)
  for (const place of order) {
    const [child, parent] = [spans[place], spans[parents[place] ?? -1]]
    if (child === undefined || parent === undefined) continue
    const [caller, called] = [hostOf(parent), hostOf(child)]
    const above = shifts[parents[place] ?? -1] ?? 0n
    const offset = caller === called ? undefined : offsets.get(pairKey(caller, called))
    if (offset === undefined) shifts[place] = above
    else if (!offset.contradictory) shifts[place] = above + (caller < called ? offset.theta : -offset.theta)
    else {
      const bounds = edgeBounds(parent, child)
      shifts[place] = above + (bounds?.call === true ? middle(bounds) : 0n)
    }
  }
  return shifts
}
