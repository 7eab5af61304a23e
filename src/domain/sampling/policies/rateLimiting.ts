/**
 * `rate_limiting`: of what another policy keeps (of everything, without one), so many traces, spans or bytes a second.
 *
 * In a batch the traces come in falling order of their randomness, and each stays that has room beside those before it. A trace that has none
 * costs nobody but itself: smaller ones after it stay. The threshold of a trace that stays is the randomness below which it would have found
 * no room, and that is set by the others alone, so that counts stay unbiased (as in priority sampling; Duffield, Lund and Thorup, "Priority
 * sampling for estimation of arbitrary subset sums", 2007).
 *
 * State: the room that was not used, of one second at most. A trace that is larger than all of a second's is never kept; counts leave it out.
 * Cost of a batch in which not all fits: in the worst case those that stay times those that came.
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

interface Candidate {
  readonly trace: TraceSummary
  readonly size: number
  /** What is used up by those before it that stay. */
  usedBefore: number
  stays: boolean
}

/** What the other policy keeps, the highest randomness first. */
const candidatesOf = (
  unit: Rate["unit"],
  traces: ReadonlyArray<TraceSummary>,
  verdicts: ReadonlyArray<Verdict>
): ReadonlyArray<Candidate> =>
  traces.filter((trace, at) => {
    const verdict = verdicts[at]
    return verdict !== undefined && !verdict.excluded && isKept(trace.randomness, verdict.threshold)
  }).sort((a, b) => compareBits(b.randomness, a.randomness))
    .map((trace) => ({ trace, size: sizeOf(unit, trace), usedBefore: 0, stays: false }))

/** The threshold of the candidate at `place`, which stays: how it would fare further down, the others being served as if it were not there. */
const thresholdAt = (candidates: ReadonlyArray<Candidate>, place: number, room: number): Threshold => {
  const own = candidates[place]
  if (own === undefined) return all
  let used = own.usedBefore
  for (let next = place + 1; next < candidates.length; next++) {
    const other = candidates[next]
    if (other === undefined || used + other.size > room) continue
    used += other.size
    if (used + own.size > room) return above(other.trace.randomness)
  }
  return all
}

/** The thresholds of a batch by its traces, those of the other policy aside, and what is used up. */
const fill = (candidates: ReadonlyArray<Candidate>, room: number) => {
  let used = 0
  let first: Candidate | undefined
  for (const candidate of candidates) {
    candidate.usedBefore = used
    candidate.stays = used + candidate.size <= room
    if (candidate.stays) used += candidate.size
    else first ??= candidate
  }
  // Of those that go it matters only that it is above them.
  const floor = first === undefined ? all : above(first.trace.randomness)
  const staying = new Map<TraceSummary, Threshold>()
  candidates.forEach(({ stays, trace }, place) => {
    if (stays) staying.set(trace, first === undefined ? all : thresholdAt(candidates, place, room))
  })
  return { used, thresholdOf: (trace: TraceSummary) => staying.get(trace) ?? floor }
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
        const { thresholdOf, used } = fill(candidatesOf(unit, traces, verdicts), room)
        left = room - used
        return traces.flatMap((trace, at) => {
          const verdict = verdicts[at]
          return verdict === undefined ? [] : [{
            threshold: maxThreshold(verdict.threshold, thresholdOf(trace)),
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
