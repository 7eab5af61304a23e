/** The `traceparent` header of W3C Trace Context, level 2: `version-traceid-parentid-flags`, lower-case hex. */

export interface TraceParent {
  readonly traceId: string
  readonly spanId: string
  readonly sampled: boolean
  /** Whoever made the trace id says that its last 7 bytes are random. */
  readonly random: boolean
}

const sampledFlag = 1
const randomFlag = 2

const header = /^[ \t]*([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?[ \t]*$/

/** 32 lower-case hex digits, not all zero. */
export const isTraceId = (text: string): boolean => /^(?!0+$)[0-9a-f]{32}$/.test(text)

/** 16 lower-case hex digits, not all zero. */
export const isSpanId = (text: string): boolean => /^(?!0+$)[0-9a-f]{16}$/.test(text)

/**
 * Reads a header. `undefined` for what the recommendation says to ignore: all-zero ids, version `ff`, version `00` with more after the
 * flags, several headers in one line. A later version is read by its first four fields. Flags without a meaning are dropped.
 */
export const parseTraceParent = (text: string): TraceParent | undefined => {
  const match = header.exec(text)
  if (match === null) return undefined
  const [, version, traceId = "", spanId = "", digits = "", more] = match
  if (version === "ff" || (version === "00" && more !== undefined)) return undefined
  if (!isTraceId(traceId) || !isSpanId(spanId)) return undefined
  const flags = Number.parseInt(digits, 16)
  return { traceId, spanId, sampled: (flags & sampledFlag) !== 0, random: (flags & randomFlag) !== 0 }
}

/** The flags byte: bit 0 sampled, bit 1 random. */
export const traceFlags = ({ random = false, sampled }: {
  readonly sampled: boolean
  readonly random?: boolean | undefined
}): number => (sampled ? sampledFlag : 0) | (random ? randomFlag : 0)

/** Whether the flags of a span say sampled. Exporters put more bits above the eight of W3C; they are not looked at. */
export const isSampled = (flags: number): boolean => (flags & sampledFlag) !== 0

/** Writes a version 00 header. */
export const formatTraceParent = (
  parent: Omit<TraceParent, "random"> & { readonly random?: boolean | undefined }
): string => `00-${parent.traceId}-${parent.spanId}-0${traceFlags(parent)}`
