/** What `and` and `or` have in common. */
import type { Threshold } from "../head/threshold.ts"
import type { Judge, Verdict } from "./Judge.ts"
import { Policy } from "./Policy.ts"

/**
 * Of the verdicts of all policies the one whose threshold `wins` over the others', the first of equals. Policies that drop only take part by
 * dropping; `none` is the verdict where there are no others.
 */
export const combine = (
  policies: ReadonlyArray<Policy>,
  none: Verdict,
  wins: (a: Threshold, b: Threshold) => boolean
): Judge => {
  const drops = policies.filter(({ type }) => type === "drop").map(Policy.compile)
  const [first, ...others] = policies.filter(({ type }) => type !== "drop").map(Policy.compile)
  return (traces, context) => {
    const verdicts = first === undefined ? traces.map(() => none) : [...first(traces, context)]
    const excluded = new Set<number>()
    const note = (verdict: Verdict, at: number) => {
      if (verdict.excluded) excluded.add(at)
    }
    verdicts.forEach(note)
    for (const judge of others) {
      judge(traces, context).forEach((verdict, at) => {
        note(verdict, at)
        const best = verdicts[at]
        if (best !== undefined && wins(verdict.threshold, best.threshold)) verdicts[at] = verdict
      })
    }
    for (const judge of drops) judge(traces, context).forEach(note)
    for (const at of excluded) {
      const verdict = verdicts[at]
      if (verdict !== undefined) verdicts[at] = { ...verdict, excluded: true }
    }
    return verdicts
  }
}
