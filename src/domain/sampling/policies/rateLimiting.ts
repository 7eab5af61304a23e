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

interface Candidate {
  readonly trace: TraceSummary
  readonly size: number
  /** What is used up by those before it that stay. */
  usedBefore: number
  stays: boolean
  threshold: Threshold
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
    .map((trace) => ({ trace, size: sizeOf(unit, trace), usedBefore: 0, stays: false, threshold: all }))

/** Says of each candidate whether it stays; gives what is used up, and the first that goes. */
const serve = (candidates: ReadonlyArray<Candidate>, room: number) => {
  let used = 0
  let first: Candidate | undefined
  for (const candidate of candidates) {
    candidate.usedBefore = used
    candidate.stays = used + candidate.size <= room
    if (candidate.stays) used += candidate.size
    else first ??= candidate
  }
  return { used, first }
}

/** The threshold of one that stays: how it would fare further down, `below` being served as if it were not there. */
const thresholdOf = (own: Candidate, below: ReadonlyArray<Candidate>, from: number, room: number): Threshold => {
  let used = own.usedBefore
  for (let next = from; next < below.length; next++) {
    const other = below[next]
    if (other === undefined || used + other.size > room) continue
    used += other.size
    if (used + own.size > room) return above(other.trace.randomness)
    // Without either of two equals the rest fares the same.
    if (other.size === own.size && other.stays && used === other.usedBefore) return other.threshold
  }
  return all
}

/** Thresholds by trace, and what is used up. */
const limit = (candidates: ReadonlyArray<Candidate>, room: number) => {
  const { first, used } = serve(candidates, room)
  // Of those that go it matters only that it is above them.
  const floor = first === undefined ? all : above(first.trace.randomness)
  if (first !== undefined) {
    for (let at = candidates.length - 1; at >= 0; at--) {
      const candidate = candidates[at]
      if (candidate?.stays) candidate.threshold = thresholdOf(candidate, candidates, at + 1, room)
    }
  }
  const staying = new Map(candidates.flatMap(({ stays, threshold, trace }) => stays ? [[trace, threshold]] : []))
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
        const { floorOf, used } = limit(candidatesOf(unit, traces, verdicts), room)
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
