/**
 * What the calls of traces say about the clocks of two hosts.
 *
 * Let theta be the called host's clock less the caller's. A call that waits for its answer, from c0 to c1 by the caller's clock, served from s0 to s1 by the other's,
 * holds theta between s1 - c1 and s0 - c0; a message, or a call that was given up or outlived, only below s0 - c0. The bounds of all calls between two hosts, in either
 * direction, are intersected: one call alone gives the interval whose midpoint Jaeger takes.
 */
import type { SpanTree } from "../assembly/spanTree.ts"
import type { StoredSpan } from "../StoredSpan.ts"
import { hostOf } from "./hostOf.ts"

/** Nanoseconds; `undefined`: no bound on that side. */
export interface Interval {
  readonly low: bigint | undefined
  readonly high: bigint | undefined
}

/** Of the clock of `to` less that of `from`; `from` is the lesser by text. */
export interface ClockBounds extends Interval {
  readonly from: string
  readonly to: string
  readonly observations: number
  /** Of those, calls: messages alone move nothing. */
  readonly calls: number
}

export const endOf = ({ endTime, startTime }: StoredSpan): bigint => endTime > startTime ? endTime : startTime

const isCall = (parent: StoredSpan, child: StoredSpan): boolean => parent.kind !== "producer" && child.kind === "server"

const isMessage = (parent: StoredSpan, child: StoredSpan): boolean =>
  parent.kind === "producer" || child.kind === "consumer"

/** What one span and its parent on another host bound theta by; `undefined` for what is neither call nor message. */
export const edgeBounds = (
  parent: StoredSpan,
  child: StoredSpan
): (Interval & { readonly call: boolean }) | undefined => {
  const call = isCall(parent, child)
  if (!call && !isMessage(parent, child)) return undefined
  const high = child.startTime - parent.startTime
  /** The caller says that it failed, the called one does not: nobody waited for the answer. */
  const gaveUp = parent.status.code === "error" && child.status.code !== "error"
  const answered = call && !gaveUp &&
    endOf(child) - child.startTime <= endOf(parent) - parent.startTime
  return { low: answered ? endOf(child) - endOf(parent) : undefined, high, call }
}

export const negated = ({ high, low }: Interval): Interval => ({
  low: high === undefined ? undefined : -high,
  high: low === undefined ? undefined : -low
})

const greater = (a: bigint | undefined, b: bigint | undefined): bigint | undefined =>
  a === undefined || (b !== undefined && b > a) ? b : a

const lesser = (a: bigint | undefined, b: bigint | undefined): bigint | undefined =>
  a === undefined || (b !== undefined && b < a) ? b : a

/** Empty, with `low` above `high`, where the two contradict each other. */
const intersected = (a: Interval, b: Interval): Interval => ({
  low: greater(a.low, b.low),
  high: lesser(a.high, b.high)
})

export const isEmpty = ({ high, low }: Interval): boolean => low !== undefined && high !== undefined && low > high

export const pairKey = (a: string, b: string): string => JSON.stringify(a < b ? [a, b] : [b, a])

export type BoundsByPair = ReadonlyMap<string, ClockBounds>

/** The bounds of all pairs of hosts in these, together. */
export const joinBounds = (all: Iterable<BoundsByPair>): BoundsByPair => {
  const joined = new Map<string, ClockBounds>()
  for (const bounds of all) {
    for (const [key, more] of bounds) {
      const held = joined.get(key)
      joined.set(
        key,
        held === undefined ? more : {
          ...more,
          ...intersected(held, more),
          observations: held.observations + more.observations,
          calls: held.calls + more.calls
        }
      )
    }
  }
  return joined
}

/** The bounds of one trace. */
export const clockBounds = ({ parents, spans }: Pick<SpanTree, "parents" | "spans">): BoundsByPair =>
  joinBounds(spans.map((child, place) => {
    const parent = spans[parents[place] ?? -1]
    if (parent === undefined) return new Map()
    const [caller, called] = [hostOf(parent), hostOf(child)]
    const bounds = caller === called ? undefined : edgeBounds(parent, child)
    if (bounds === undefined) return new Map()
    const [from, to] = caller < called ? [caller, called] : [called, caller]
    const interval = caller < called ? bounds : negated(bounds)
    return new Map([[pairKey(from, to), {
      from,
      to,
      low: interval.low,
      high: interval.high,
      observations: 1,
      calls: bounds.call ? 1 : 0
    }]])
  }))
