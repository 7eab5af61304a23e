/** What is written down of a trace beside its spans: the decision about it, and how complete it is. */
import type { Threshold } from "../sampling/head/threshold.ts"
import type { StoredSpan } from "./StoredSpan.ts"

/** What was decided about a trace, once; late spans follow it. */
export interface TraceDecision {
  readonly keep: boolean
  /** What the trace's randomness was held against. */
  readonly threshold: Threshold
  /** The type of the policy that set the threshold; `overload` for the floor, `baseline` for a decision made again. */
  readonly policy: string
  /** The version of the policies. */
  readonly ruleset: string
  /** Milliseconds since the Unix epoch. */
  readonly decidedAt: number
  /** Spans came after the decision. */
  readonly late: boolean
}

/** Why the aggregator took a trace for done. A root that ended is not a trace that is done. */
export const completionReasons = [
  "structure",
  "root",
  "timeout",
  "span_cap",
  "byte_cap",
  "shutdown",
  "unknown"
] as const

export interface Completion {
  /** `open`: more is to come. `complete`: every sign says that all is there. `partial`: it was closed before that. */
  readonly state: "open" | "complete" | "partial"
  /** `structure`: root there, parents resolve, quiet for the grace. `root`: the root ended and the delay passed. `timeout`: the longest wait. */
  readonly reason: (typeof completionReasons)[number]
}

export interface TraceRecord {
  /** 32 lower-case hex digits. */
  readonly traceId: string
  /** Greater with every write of the trace. */
  readonly revision: number
  readonly decision: TraceDecision
  readonly completion: Completion
  /** As they came: any order; of one (span id, kind) the last to end. */
  readonly spans: ReadonlyArray<StoredSpan>
}
