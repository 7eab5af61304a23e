/** Finished spans for tests. */
import type { SpanData } from "../../src/domain/tracing/SpanData.ts"

/** A trace id with this randomness: 14 hex digits, filled up with zeros on the right. */
export const traceIdWith = (randomness: string): string => `4bf92f3577b34da6ff${randomness.padEnd(14, "0")}`

let next = 1

/** A sampled root span of one millisecond, with what is given instead. */
export const spanData = (given: Partial<SpanData> = {}): SpanData => ({
  traceId: traceIdWith("8"),
  spanId: (next++).toString(16).padStart(16, "0"),
  parentSpanId: undefined,
  traceState: undefined,
  flags: 1,
  name: "operation",
  kind: "internal",
  startTime: 1_000_000_000n,
  endTime: 1_001_000_000n,
  status: { code: "unset" },
  attributes: {},
  events: [],
  links: [],
  ...given
})

/** A span of this many milliseconds. */
export const lasting = (millis: number, given: Partial<SpanData> = {}): SpanData => {
  const startTime = given.startTime ?? 1_000_000_000n
  return spanData({ ...given, startTime, endTime: startTime + BigInt(Math.round(millis * 1e6)) })
}

export const failed = { code: "error" } as const
