/** A trace as policies see it: its spans, and what is asked of them again and again. */
import type { AttributeValue, SpanData } from "../../tracing/SpanData.ts"
import { randomnessOf } from "../head/otMember.ts"
import type { Randomness } from "../head/threshold.ts"

export interface TraceSummary {
  readonly traceId: string
  readonly randomness: Randomness
  /** At least one. */
  readonly spans: ReadonlyArray<SpanData>
  /** The span without a parent; else the first whose parent is remote; else the first to start. */
  readonly root: SpanData
  /** `service.name` of the root, else of any span; `unknown` where none says. */
  readonly service: string
  /** From the first start to the last end, milliseconds; never negative. */
  readonly durationMillis: number
  /** About what the spans take in memory. */
  readonly bytes: number
}

/** OTLP's bits of a span's flags: it is known whether the parent is remote, and it is. */
const remoteParent = 0x300

/** Whether the span's parent is in another process, as far as its flags say. */
export const hasRemoteParent = (span: SpanData): boolean =>
  span.parentSpanId !== undefined && (span.flags & remoteParent) === remoteParent

/** 0 for the trace's own root, 1 for the first span of a process, 2 for the others. */
const rank = (span: SpanData): number => span.parentSpanId === undefined ? 0 : hasRemoteParent(span) ? 1 : 2

/** Whether `a` is rather the root than `b`: see {@link TraceSummary.root}. */
export const comesFirst = (a: SpanData, b: SpanData): boolean => {
  const difference = rank(a) - rank(b)
  return difference === 0 ? a.startTime < b.startTime : difference < 0
}

/** The service that a span names, if it does. */
const serviceOf = (span: SpanData): string | undefined => {
  const name = span.attributes["service.name"]
  return typeof name === "string" ? name : undefined
}

/** One pass over the spans. `undefined` for none. What is known already is not worked out again. */
export const summarize = (
  spans: ReadonlyArray<SpanData>,
  known: Partial<Pick<TraceSummary, "bytes" | "randomness">> = {}
): TraceSummary | undefined => {
  const [first] = spans
  if (first === undefined) return undefined
  let root = first
  let start = first.startTime
  let end = first.endTime
  let service: string | undefined
  let size = 0
  let traceState = first.traceState
  for (const span of spans) {
    if (comesFirst(span, root)) root = span
    if (span.startTime < start) start = span.startTime
    if (span.endTime > end) end = span.endTime
    service ??= serviceOf(span)
    traceState ??= span.traceState
    if (known.bytes === undefined) size += spanBytes(span)
  }
  return {
    traceId: first.traceId,
    randomness: known.randomness ?? randomnessOf(first.traceId, root.traceState ?? traceState),
    spans,
    root,
    service: serviceOf(root) ?? service ?? "unknown",
    durationMillis: end > start ? Number(end - start) / 1e6 : 0,
    bytes: known.bytes ?? size
  }
}

const objectBytes = 24

const attributeBytes = (value: AttributeValue): number =>
  typeof value === "string"
    ? objectBytes + value.length
    : Array.isArray(value)
    ? objectBytes + value.reduce((sum, item) => sum + (typeof item === "string" ? objectBytes + item.length : 8), 0)
    : 8

const attributesBytes = (attributes: SpanData["attributes"]): number => {
  let sum = objectBytes
  for (const key of Object.keys(attributes)) {
    const value = attributes[key]
    if (value !== undefined) sum += 8 + attributeBytes(value)
  }
  return sum
}

/** About what a span takes in memory: its fixed part, and the texts that grow. Keys are shared by many spans and are not counted. */
export const spanBytes = (span: SpanData): number => {
  let sum = 400 + attributesBytes(span.attributes)
  for (const event of span.events) sum += 64 + attributesBytes(event.attributes)
  for (const link of span.links) sum += 160 + attributesBytes(link.attributes)
  return sum
}
