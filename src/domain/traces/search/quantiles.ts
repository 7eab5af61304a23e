/** What a service did, from its spans' lengths. */
import { serviceOfSpan, type StoredSpan } from "../StoredSpan.ts"
import type { ServiceMetrics, TimeWindow } from "../TraceQuery.ts"

/** Whether a span is work that its service was asked for, or began by itself, and not a step of it. */
export const isEntry = ({ kind, parentSpanId }: StoredSpan): boolean =>
  kind === "server" || kind === "consumer" || parentSpanId === undefined

/** The smallest length that at least this share of them does not exceed; exact. */
const quantile = (sorted: ReadonlyArray<bigint>, share: number): bigint | undefined =>
  sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)]

export const metricsOf = (
  service: string,
  { end, start }: TimeWindow,
  spans: Iterable<StoredSpan>
): ServiceMetrics => {
  const lengths: Array<bigint> = []
  let errors = 0
  for (const span of spans) {
    if (!isEntry(span) || span.startTime < start || span.startTime >= end || serviceOfSpan(span) !== service) continue
    lengths.push(span.endTime > span.startTime ? span.endTime - span.startTime : 0n)
    if (span.status.code === "error") errors++
  }
  lengths.sort((a, b) => a < b ? -1 : a > b ? 1 : 0)
  return {
    service,
    count: lengths.length,
    errors,
    p50Nanos: quantile(lengths, 0.5),
    p95Nanos: quantile(lengths, 0.95),
    p99Nanos: quantile(lengths, 0.99),
    p999Nanos: quantile(lengths, 0.999)
  }
}
