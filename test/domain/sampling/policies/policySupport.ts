/** Judging traces in tests. */
import { Result } from "effect"
import { always, equalBits, isKept, never } from "../../../../src/domain/sampling/head/threshold.ts"
import type { PolicyContext, Verdict } from "../../../../src/domain/sampling/policies/Judge.ts"
import { type CheckedPolicy, Policy } from "../../../../src/domain/sampling/policies/Policy.ts"
import { summarize, type TraceSummary } from "../../../../src/domain/sampling/tail/TraceSummary.ts"
import type { SpanData } from "../../../../src/domain/tracing/SpanData.ts"

export const noContext: PolicyContext = { from: 0, to: 1000, latencyQuantile: () => undefined, adaptive: () => never }

export const trace = (...spans: ReadonlyArray<SpanData>): TraceSummary => {
  const summary = summarize(spans)
  if (summary === undefined) throw new Error("a trace has a span")
  return summary
}

/** The policy, which must be valid. */
export const valid = (policy: CheckedPolicy): Policy => Result.getOrThrow(policy)

export const judge = (
  policy: CheckedPolicy,
  traces: ReadonlyArray<TraceSummary>,
  context: Partial<PolicyContext> = {}
): ReadonlyArray<Verdict> => Policy.compile(valid(policy))(traces, { ...noContext, ...context })

export const verdictOf = (
  policy: CheckedPolicy,
  summary: TraceSummary,
  context: Partial<PolicyContext> = {}
): Verdict => {
  const [verdict] = judge(policy, [summary], context)
  if (verdict === undefined) throw new Error("a verdict for each trace")
  return verdict
}

/** `kept` and `dropped` for a policy that is certain; the threshold for one that is not. */
export const outcome = (policy: CheckedPolicy, ...spans: ReadonlyArray<SpanData>) => {
  const { excluded, threshold } = verdictOf(policy, trace(...spans))
  if (excluded) return "excluded"
  return equalBits(threshold, always) ? "kept" : equalBits(threshold, never) ? "dropped" : threshold
}

/** Which of the traces are kept. */
export const keptOf = (
  policy: CheckedPolicy,
  traces: ReadonlyArray<TraceSummary>,
  context: Partial<PolicyContext> = {}
): ReadonlyArray<TraceSummary> => {
  const verdicts = judge(policy, traces, context)
  return traces.filter((trace, at) => {
    const verdict = verdicts[at]
    return verdict !== undefined && !verdict.excluded && isKept(trace.randomness, verdict.threshold)
  })
}
