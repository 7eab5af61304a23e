/** Spans and writes for tests of the trace store. */
import { always } from "../../../src/domain/sampling/head/threshold.ts"
import { encodeResource, encodeScope, encodeSpan } from "../../../src/domain/traces/otlp/encodeSpans.ts"
import type { StoredSpan } from "../../../src/domain/traces/StoredSpan.ts"
import type { TraceDecision } from "../../../src/domain/traces/TraceRecord.ts"
import type { TraceWrite } from "../../../src/layers/traces/store/TraceStore.ts"
import { spanData } from "../spanData.ts"

export const second = 1_000_000_000n
export const millisecond = 1_000_000n

/** The time that these tests happen at. */
export const noon = 1_795_255_200n * second

export const traceIdOf = (n: number): string => n.toString(16).padStart(32, "0")
export const spanIdOf = (n: number): string => n.toString(16).padStart(16, "0")

/** A span of a service, a second long from `noon` on, with what is given instead. */
export const storedSpan = (
  given: Partial<StoredSpan> & { readonly service?: string; readonly host?: string } = {}
): StoredSpan => {
  const { host, service = "shop", ...span } = given
  return {
    ...spanData({ traceId: traceIdOf(1), startTime: noon, endTime: noon + second }),
    resource: { "service.name": service, ...(host === undefined ? {} : { "host.name": host }) },
    scope: { name: "test", version: "1", attributes: {} },
    ...span
  }
}

export const kept: TraceDecision = {
  keep: true,
  threshold: always,
  policy: "always_sample",
  ruleset: "r1",
  decidedAt: Number(noon / millisecond),
  late: false
}

/** One write of the spans of one trace. */
export const traceWrite = (
  spans: ReadonlyArray<StoredSpan>,
  given: Partial<TraceWrite> = {}
): TraceWrite => ({
  traceId: spans[0]?.traceId ?? traceIdOf(1),
  revision: 1,
  decision: kept,
  completion: { state: "complete", reason: "structure" },
  parts: spans.map((span) => ({
    resource: encodeResource(span.resource),
    scope: encodeScope(span.scope),
    span: encodeSpan(span)
  })),
  ...given
})
