/** Finished spans for tests. */
import type { SpanData } from "../../src/domain/tracing/SpanData.ts"

let made = 0

/** A span with ids of its own that took a second, unless told otherwise. */
export const spanData = (fields: Partial<SpanData> = {}): SpanData => {
  made++
  return {
    traceId: `a${made.toString(16).padStart(31, "0")}`,
    spanId: `b${made.toString(16).padStart(15, "0")}`,
    parentSpanId: undefined,
    traceState: undefined,
    flags: 1,
    name: "span",
    kind: "internal",
    startTime: 1_774_000_000_000_000_000n,
    endTime: 1_774_000_001_000_000_000n,
    status: { code: "unset" },
    attributes: {},
    events: [],
    links: [],
    ...fields
  }
}
