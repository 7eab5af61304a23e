/** The line of a trace in the results of a search. */
import { comesFirst } from "../../sampling/tail/TraceSummary.ts"
import { serviceOfSpan, type StoredSpan } from "../StoredSpan.ts"
import type { StoredTraceSummary } from "../TraceQuery.ts"

/** Times are raw: from the first start to the last end that any host said. `undefined` for no spans. */
export const summarizeTrace = (spans: ReadonlyArray<StoredSpan>): StoredTraceSummary | undefined => {
  const [first] = spans
  if (first === undefined) return undefined
  let root = first
  let start = first.startTime
  let end = first.endTime
  let errorCount = 0
  const services = new Set<string>()
  const distinct = new Set<string>()
  for (const span of spans) {
    services.add(serviceOfSpan(span))
    const size = distinct.size
    if (distinct.add(`${span.spanId} ${span.kind}`).size > size && span.status.code === "error") errorCount++
    if (comesFirst(span, root)) root = span
    if (span.startTime < start) start = span.startTime
    if (span.endTime > end) end = span.endTime
  }
  return {
    traceId: first.traceId,
    rootService: serviceOfSpan(root),
    rootName: root.name,
    start,
    durationNanos: end > start ? end - start : 0n,
    spanCount: distinct.size,
    errorCount,
    services: Array.from(services).sort()
  }
}
