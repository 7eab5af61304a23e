/** What becomes of a trace that is written again: the spans of both, and what the greater revision says. */
import { Result } from "effect"
import { type EncodedSpan, makeSpanDecoder } from "../../../../domain/traces/otlp/decodeStored.ts"
import type { TraceRecord } from "../../../../domain/traces/TraceRecord.ts"
import { knownKind, wordAt } from "./BlockIndex.ts"
import type { FramedTrace } from "./frames.ts"
import { SpanView } from "./SpanView.ts"

const latest = (traces: ReadonlyArray<FramedTrace>): FramedTrace | undefined =>
  traces.reduce<FramedTrace | undefined>(
    (best, trace) => best === undefined || trace.revision >= best.revision ? trace : best,
    undefined
  )

/** Id, kind and end of a span as one text. */
const keyOf = (view: SpanView, span: Uint8Array): readonly [key: string, end: number] => {
  view.open(span)
  return [
    `${wordAt(span, view.spanId)} ${wordAt(span, view.spanId + 4)} ${knownKind(view.kind)}`,
    view.endHigh * 2 ** 32 + view.endLow
  ]
}

/** All of them as one, spans in the order in which they were written; of one (span id, kind) the last to end. */
export const mergeTraces = (traces: ReadonlyArray<FramedTrace>): FramedTrace | undefined => {
  const best = latest(traces)
  if (best === undefined || traces.length === 1) return best
  const view = new SpanView()
  const parts = new Map<string, readonly [part: EncodedSpan, end: number]>()
  for (const part of traces.flatMap(({ parts }) => parts)) {
    const [key, end] = keyOf(view, part.span)
    const known = parts.get(key)
    if (known === undefined || known[1] < end) parts.set(key, [part, end])
  }
  return { ...best, parts: Array.from(parts.values(), ([part]) => part) }
}

/** Whether writing `trace` would change what is kept. */
export const changes = (kept: FramedTrace, trace: FramedTrace): boolean => {
  if (trace.revision > kept.revision) return true
  const view = new SpanView()
  const ends = new Map(kept.parts.map(({ span }) => keyOf(view, span)))
  return trace.parts.some(({ span }) => {
    const [key, end] = keyOf(view, span)
    return (ends.get(key) ?? -Infinity) < end
  })
}

/** Decoded. Spans that cannot be read are left out: the collector lets none through. */
export const decodeTrace = ({ completion, decision, parts, revision, traceId }: FramedTrace): TraceRecord => {
  const decode = makeSpanDecoder()
  const spans = parts.flatMap((part) =>
    Result.match(decode(part), { onFailure: () => [], onSuccess: (span) => [span] })
  )
  return { traceId, revision, decision, completion, spans }
}
