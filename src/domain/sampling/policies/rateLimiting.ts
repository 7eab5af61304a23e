/**
 * `rate_limiting`: of what another policy keeps (of everything, without one), so many traces, spans or bytes a second.
 *
 * There are no tokens: in a batch the traces with the highest randomness stay, and the threshold of all is raised to just above the first
 * that does not (bottom-k sampling; Duffield, Lund and Thorup, "Priority sampling for estimation of arbitrary subset sums", 2007). The
 * threshold of a trace that stays is set by the others, so that counts stay unbiased; a trace that does not fit raises it the same way.
 */
import { Result, Schema } from "effect"
import { above, always as all, compareBits, isKept, maxThreshold, type Threshold } from "../head/threshold.ts"
import type { TraceSummary } from "../tail/TraceSummary.ts"
import { always } from "./always.ts"
import { definePolicy } from "./definePolicy.ts"
import type { PolicyContext, Verdict } from "./Judge.ts"
import { type CheckedPolicy, Policy } from "./Policy.ts"

const Rate = Schema.Struct({
  unit: Schema.Literals(["traces", "spans", "bytes"]),
  perSecond: Schema.Finite.check(Schema.isGreaterThan(0))
})
type Rate = typeof Rate.Type

const sizeOf = (unit: Rate["unit"], trace: TraceSummary): number =>
  unit === "traces" ? 1 : unit === "spans" ? trace.spans.length : trace.bytes

/** What may be used up in the context's period: whole units, so that over many short periods none is lost. */
const budgetOf = ({ perSecond, unit }: Rate, { from, to }: PolicyContext): number =>
  unit === "bytes"
    ? perSecond * (to - from) / 1000
    : Math.floor(perSecond * to / 1000) - Math.floor(perSecond * from / 1000)

/** The least threshold that holds the batch to the budget; `always` if all fits. */
const floorOf = (
  rate: Rate,
  traces: ReadonlyArray<TraceSummary>,
  verdicts: ReadonlyArray<Verdict>,
  budget: number
): Threshold => {
  const candidates = traces.filter((trace, at) => {
    const verdict = verdicts[at]
    return verdict !== undefined && !verdict.excluded && isKept(trace.randomness, verdict.threshold)
  })
  candidates.sort((a, b) => compareBits(b.randomness, a.randomness))
  let used = 0
  for (const trace of candidates) {
    used += sizeOf(rate.unit, trace)
    if (used > budget) return above(trace.randomness)
  }
  return all
}

export const rateLimiting = definePolicy(
  {
    type: "rate_limiting",
    options: (policy) => Schema.Struct({ ...Rate.fields, policy }),
    certainty: "bound",
    judge: (options) => {
      const judge = Policy.compile(options.policy)
      return (traces, context) => {
        const verdicts = judge(traces, context)
        const floor = floorOf(options, traces, verdicts, budgetOf(options, context))
        return verdicts.map(({ excluded, threshold }) => ({
          threshold: maxThreshold(threshold, floor),
          policy: "rate_limiting",
          excluded
        }))
      }
    }
  },
  (make) => (rate: Rate, policy: CheckedPolicy = always()) =>
    Result.flatMap(policy, (policy) => make({ ...rate, policy }))
)
