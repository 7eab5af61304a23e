/**
 * `rate_limiting`: of what another policy keeps (of everything, without one), so many traces, spans or bytes a second.
 *
 * In a batch the traces come in falling order of their randomness, and each stays that has room beside those before it. A trace that has none
 * costs nobody but itself: smaller ones after it stay. The threshold of a trace that stays is the randomness below which it would have found
 * no room, and that is set by the others alone, so that counts stay unbiased (as in priority sampling; Duffield, Lund and Thorup, "Priority
 * sampling for estimation of arbitrary subset sums", 2007).
 *
 * State: the room that was not used, of one second at most. A trace that is larger than all of a second's is never kept; counts leave it out.
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

/** What the context's period adds: whole units, so that over many short periods none is lost. */
const budgetOf = ({ perSecond, unit }: Rate, { from, to }: PolicyContext): number =>
  unit === "bytes"
    ? perSecond * (to - from) / 1000
    : Math.floor(perSecond * to / 1000) - Math.floor(perSecond * from / 1000)

/** What the other policy keeps, the highest randomness first. */
const candidatesOf = (
  traces: ReadonlyArray<TraceSummary>,
  verdicts: ReadonlyArray<Verdict>
): ReadonlyArray<TraceSummary> =>
  traces.filter((trace, at) => {
    const verdict = verdicts[at]
    return verdict !== undefined && !verdict.excluded && isKept(trace.randomness, verdict.threshold)
  }).sort((a, b) => compareBits(b.randomness, a.randomness))

/** Thresholds by trace, and what is used up of the room. */
const limit = (candidates: ReadonlyArray<TraceSummary>, unit: Rate["unit"], room: number) => {
  let used = 0
  // How much more than there is left each would take; those that would not take it.
  const overs = candidates.map((trace) => {
    const size = sizeOf(unit, trace)
    const over = used + size - room
    if (over <= 0) used += size
    return over
  })
  // A trace that stays would lose its place below the first that goes and that would have room in its stead: `over` is at most its size.
  // From the last trace up; of those that go, the nearest is the last, and none is there that misses as much as one nearer, or more.
  const going: Array<{ readonly over: number; readonly threshold: Threshold }> = []
  const staying = new Map<TraceSummary, Threshold>()
  let floor = all
  for (let at = candidates.length - 1; at >= 0; at--) {
    const [trace, over] = [candidates[at], overs[at]]
    if (trace === undefined || over === undefined) continue
    if (over <= 0) {
      staying.set(trace, going.findLast((other) => other.over <= sizeOf(unit, trace))?.threshold ?? all)
      continue
    }
    // Of those that go it matters only that the threshold is above them.
    floor = above(trace.randomness)
    while ((going.at(-1)?.over ?? 0) >= over) going.pop()
    going.push({ over, threshold: floor })
  }
  return { used, floorOf: (trace: TraceSummary) => staying.get(trace) ?? floor }
}

export const rateLimiting = definePolicy(
  {
    type: "rate_limiting",
    options: (policy) => Schema.Struct({ ...Rate.fields, policy }),
    certainty: "bound",
    judge: (options) => {
      const { perSecond, policy, unit } = options
      const judge = Policy.compile(policy)
      let left = 0
      return (traces, context) => {
        const verdicts = judge(traces, context)
        const budget = budgetOf(options, context)
        const room = Math.max(budget, Math.min(budget + left, Math.max(1, perSecond)))
        const { floorOf, used } = limit(candidatesOf(traces, verdicts), unit, room)
        left = room - used
        return traces.flatMap((trace, at) => {
          const verdict = verdicts[at]
          return verdict === undefined ? [] : [{
            threshold: maxThreshold(verdict.threshold, floorOf(trace)),
            policy: "rate_limiting",
            excluded: verdict.excluded
          }]
        })
      }
    }
  },
  (make) => (rate: Rate, policy: CheckedPolicy = always()) =>
    Result.flatMap(policy, (policy) => make({ ...rate, policy }))
)
