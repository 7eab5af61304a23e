/**
 * Traces that wait for their decision: bounded in traces, spans and bytes; over a bound, those of the lowest randomness go first.
 *
 * State: the spans, and one entry a trace in each of a map, a heap by randomness and a queue by arrival. Adding a span costs a look-up; a
 * trace costs O(log n) more.
 */
import { MinHeap } from "../../stream/MinHeap.ts"
import type { SpanData } from "../../tracing/SpanData.ts"
import { compareBits, type Randomness, type Threshold } from "../head/threshold.ts"
import { spanBytes } from "./TraceSummary.ts"

export interface OpenTrace {
  readonly traceId: string
  readonly randomness: Randomness
  readonly spans: Array<SpanData>
  bytes: number
  readonly arrivedAt: number
  rootEnded: boolean
  /** The floor that the trace had to pass when it came. */
  readonly floorAtArrival: Threshold
  /** When it is to be decided, as far as is known. */
  dueAt: number
  /** Why it is then. */
  reason: DueReason
  /** Its place in the queue; the buffer's own. */
  queuedAt: number
  open: boolean
}

/** `root`: the root span ended and nothing came since; `wait`: that was not so in time; `size`: the trace is as large as one may be. */
type DueReason = "root" | "wait" | "size"

export interface BufferBounds {
  readonly maxTraces: number
  readonly maxSpans: number
  readonly maxBytes: number
}

export interface TraceBuffer {
  readonly get: (traceId: string) => OpenTrace | undefined
  readonly begin: (trace: OpenTrace) => void
  readonly append: (trace: OpenTrace, span: SpanData) => void
  /** The trace is due at another time than it was, earlier or later. */
  readonly schedule: (trace: OpenTrace, dueAt: number, reason: DueReason) => void
  /** Takes out what is due, in no certain order. */
  readonly takeDue: (now: number) => Array<OpenTrace>
  readonly takeAll: () => Array<OpenTrace>
  /** While a bound is exceeded: takes out the trace of the lowest randomness. */
  readonly takeExcess: () => OpenTrace | undefined
  readonly counts: () => { readonly traces: number; readonly spans: number; readonly bytes: number }
}

export const makeTraceBuffer = ({ maxBytes, maxSpans, maxTraces }: BufferBounds): TraceBuffer => {
  const traces = new Map<string, OpenTrace>()
  const byRandomness = new MinHeap<OpenTrace>((a, b) => compareBits(a.randomness, b.randomness))
  const byDue = new MinHeap<{ readonly trace: OpenTrace; readonly dueAt: number }>((a, b) => a.dueAt - b.dueAt)
  let spans = 0
  let bytes = 0

  // What is put off stays where it is in the queue until it comes up: most traces are put off by every span.
  const enqueue = (trace: OpenTrace): void => {
    trace.queuedAt = trace.dueAt
    byDue.push({ trace, dueAt: trace.dueAt })
  }
  const remove = (trace: OpenTrace): OpenTrace => {
    trace.open = false
    traces.delete(trace.traceId)
    spans -= trace.spans.length
    bytes -= trace.bytes
    // What is closed leaves the heaps when it comes up; when that takes long they are swept.
    if (byRandomness.size > 2 * traces.size + 1024) byRandomness.retain((trace) => trace.open)
    if (byDue.size > 4 * traces.size + 1024) byDue.retain(({ trace }) => trace.open)
    return trace
  }

  return {
    get: (traceId) => traces.get(traceId),
    begin: (trace) => {
      traces.set(trace.traceId, trace)
      byRandomness.push(trace)
      enqueue(trace)
    },
    append: (trace, span) => {
      const size = spanBytes(span)
      trace.spans.push(span)
      trace.bytes += size
      spans++
      bytes += size
    },
    schedule: (trace, dueAt, reason) => {
      trace.dueAt = dueAt
      trace.reason = reason
      if (dueAt < trace.queuedAt) enqueue(trace)
    },
    takeDue: (now) => {
      const due: Array<OpenTrace> = []
      for (let next = byDue.peek(); next !== undefined && next.dueAt <= now; next = byDue.peek()) {
        const { dueAt, trace } = next
        byDue.pop()
        if (!trace.open || dueAt !== trace.queuedAt) continue
        if (trace.dueAt > now) enqueue(trace)
        else due.push(remove(trace))
      }
      return due
    },
    takeAll: () => Array.from(traces.values(), remove),
    takeExcess: () => {
      if (traces.size <= maxTraces && spans <= maxSpans && bytes <= maxBytes) return undefined
      for (let lowest = byRandomness.pop(); lowest !== undefined; lowest = byRandomness.pop()) {
        if (lowest.open) return remove(lowest)
      }
      return undefined
    },
    counts: () => ({ traces: traces.size, spans, bytes })
  }
}
