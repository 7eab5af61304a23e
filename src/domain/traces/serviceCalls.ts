/** Which service called which in one trace: a span whose parent is another service's is one call. */
import { spanTree } from "./assembly/spanTree.ts"
import { serviceOfSpan, type StoredSpan } from "./StoredSpan.ts"
import type { ServiceDependency } from "./TraceQuery.ts"

/** In order of parent, then child. */
export const serviceCalls = (given: ReadonlyArray<StoredSpan>): ReadonlyArray<ServiceDependency> => {
  const { parents, spans } = spanTree(given)
  return addCalls(spans.flatMap((span, place) => {
    const parent = spans[parents[place] ?? -1]
    if (parent === undefined) return []
    const [from, to] = [serviceOfSpan(parent), serviceOfSpan(span)]
    return from === to ? [] : [{ parent: from, child: to, calls: 1, errors: span.status.code === "error" ? 1 : 0 }]
  }))
}

const order = (a: string, b: string): number => a < b ? -1 : a > b ? 1 : 0

/** Counts of several traces together. */
export const addCalls = (counted: Iterable<ServiceDependency>): ReadonlyArray<ServiceDependency> => {
  const sums = new Map<string, ServiceDependency>()
  for (const { calls, child, errors, parent } of counted) {
    const key = JSON.stringify([parent, child])
    const held = sums.get(key)
    sums.set(key, { parent, child, calls: calls + (held?.calls ?? 0), errors: errors + (held?.errors ?? 0) })
  }
  return Array.from(sums.values()).sort((a, b) => order(a.parent, b.parent) || order(a.child, b.child))
}
