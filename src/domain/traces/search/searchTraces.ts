/** A search over traces that are at hand, each looked at: for memory, and for what a store has not put into its files yet. */
import type { StoredSpan } from "../StoredSpan.ts"
import {
  defaultTraceLimit,
  mostTraces,
  type StoredTraceSummary,
  type TracePage,
  type TraceQuery
} from "../TraceQuery.ts"
import { matchesTrace } from "./matchesTrace.ts"
import { byNewest, formatPage, parsePage } from "./pageToken.ts"

export interface Searchable {
  readonly spans: ReadonlyArray<StoredSpan>
  readonly summary: StoredTraceSummary
}

/** How many traces an answer holds at most. */
export const pageSize = ({ limit = defaultTraceLimit }: TraceQuery): number => Math.min(mostTraces, Math.max(1, limit))

/** The first page of these, which are in order of {@link byNewest} and all that there is. */
export const pageOf = (found: ReadonlyArray<StoredTraceSummary>, size: number): TracePage => {
  const traces = found.slice(0, size)
  const last = traces.at(-1)
  return { traces, next: last === undefined || found.length <= size ? undefined : formatPage(last) }
}

/** `undefined` for a page token that is none. */
export const searchTraces = (traces: Iterable<Searchable>, query: TraceQuery): TracePage | undefined => {
  const after = query.page === undefined ? undefined : parsePage(query.page)
  if (query.page !== undefined && after === undefined) return undefined
  const found: Array<StoredTraceSummary> = []
  for (const { spans, summary } of traces) {
    if (after !== undefined && byNewest(summary, after) <= 0) continue
    if (matchesTrace(spans, summary, query)) found.push(summary)
  }
  return pageOf(found.sort(byNewest), pageSize(query))
}
