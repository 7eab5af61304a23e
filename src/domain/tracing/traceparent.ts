/** The `traceparent` header of W3C Trace Context: `version-traceid-parentid-flags`, lower-case hex. */

export interface TraceParent {
  readonly traceId: string
  readonly spanId: string
  readonly sampled: boolean
}

const header = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/

/**
 * Reads a header. `undefined` for what the recommendation says to ignore: all-zero ids, version `ff`, version `00` with more after the
 * flags. A later version is read by its first four fields.
 */
export const parseTraceParent = (text: string): TraceParent | undefined => {
  const match = header.exec(text.trim())
  if (match === null) return undefined
  const [, version, traceId = "", spanId = "", flags = "", more] = match
  if (version === "ff" || (version === "00" && more !== undefined)) return undefined
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 }
}

/** Writes a version 00 header. Of the flags, only `sampled` is kept. */
export const formatTraceParent = (parent: TraceParent): string =>
  `00-${parent.traceId}-${parent.spanId}-${parent.sampled ? "01" : "00"}`
