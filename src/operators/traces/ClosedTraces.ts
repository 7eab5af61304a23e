/** What the aggregator gives out: traces that were decided, with the places of their spans, and the ids of those that were dropped. */
import type { Completion, TraceDecision } from "../../domain/traces/TraceRecord.ts"
import type { SpanBody } from "./SpanBodies.ts"

/** A span in a request. */
export interface SpanPlace {
  readonly body: SpanBody
  readonly from: number
  readonly to: number
  /** Numbers of its resource and scope in the request. */
  readonly resource: number
  readonly scope: number
}

export interface ClosedTrace {
  readonly traceId: string
  readonly revision: number
  readonly decision: TraceDecision
  readonly completion: Completion
  /** None of a trace that was dropped. */
  readonly spans: ReadonlyArray<SpanPlace>
}

export interface ClosedTraces {
  readonly partition: number
  /** The records before this offset were looked at. */
  readonly upTo: number
  /** Log time. */
  readonly at: number
  readonly traces: ReadonlyArray<ClosedTrace>
}
