/**
 * `not`: keeps what the other does not, certain for certain; of a share p it keeps a share 1 - p (the same threshold turned over, not the
 * other traces: what is kept must stay the upper end of the randomness, or a child could not agree with its parent). What is bound to the
 * randomness of traces, a rate or the head's decision, cannot be turned over.
 */
import { Result } from "effect"
import { complement } from "../head/threshold.ts"
import { isFixed } from "./certainty.ts"
import { type CheckedPolicy, PolicyError } from "./checked.ts"
import type { Compile, Judge } from "./Judge.ts"
import type { Policy } from "./Policy.ts"

export interface Not {
  readonly type: "not"
  readonly policy: Policy
}

export const not = (policy: CheckedPolicy): CheckedPolicy<Not> =>
  Result.flatMap(policy, (policy): CheckedPolicy<Not> =>
    isFixed(policy)
      ? Result.succeed({ type: "not", policy })
      : Result.fail(new PolicyError({ message: `not: ${notNeedsFixed}` })))

export const notNeedsFixed = "expected a policy without rate_limiting, head_decision and trace_flags"

export const judgeNot = ({ policy }: Not, compile: Compile): Judge => {
  const judge = compile(policy)
  return (traces, context) =>
    judge(traces, context).map(({ excluded, threshold }) => ({
      threshold: complement(threshold),
      policy: "not",
      excluded
    }))
}
