/** How a policy, once compiled, judges traces. */
import { always, never, type Threshold } from "../head/threshold.ts"
import type { TraceSummary } from "../tail/TraceSummary.ts"

/** What policies know beside the trace. */
export interface PolicyContext {
  /** The period whose budget these traces may use, milliseconds since the Unix epoch: from the last batch to this one. */
  readonly from: number
  readonly to: number
  /** Milliseconds that this share of the recent traces of the same root operation did not exceed; `undefined` while they are too few. */
  readonly latencyQuantile: (trace: TraceSummary, quantile: number) => number | undefined
  /** The threshold that holds a service to its target rate. */
  readonly adaptive: (service: string) => Threshold
}

/** What one policy, or all of them together, says of one trace. It is kept if its randomness is at or above `threshold`. */
export interface Verdict {
  readonly threshold: Threshold
  /** The type of the policy that set the threshold. */
  readonly policy: string
  /** A `drop` policy matched: the trace is out of the population that counts are about, whatever the others say. */
  readonly excluded: boolean
}

/** Verdicts of a batch of traces, in their order. No threshold depends on the randomness of the trace that it is for. */
export type Judge = (traces: ReadonlyArray<TraceSummary>, context: PolicyContext) => ReadonlyArray<Verdict>

/** The judge of a policy that looks at one trace at a time. */
export const each = (
  policy: string,
  threshold: (trace: TraceSummary, context: PolicyContext) => Threshold
): Judge =>
(traces, context) => traces.map((trace) => ({ threshold: threshold(trace, context), policy, excluded: false }))

/** A condition as a threshold. */
export const when = (condition: boolean): Threshold => condition ? always : never
