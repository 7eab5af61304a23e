/**
 * `drop`: traces for which the other policy is certain are left out, whatever else is said of them, and out of the population that counts
 * are about. A policy that keeps a share cannot be dropped by: the rest would be a share of unknown size.
 */
import { Result } from "effect"
import { always, equalBits, never } from "../head/threshold.ts"
import { isCertain } from "./certainty.ts"
import { type CheckedPolicy, PolicyError } from "./checked.ts"
import type { Compile, Judge } from "./Judge.ts"
import type { Policy } from "./Policy.ts"

export interface Drop {
  readonly type: "drop"
  readonly policy: Policy
}

export const dropNeedsCertainty = "expected a policy that does not depend on the randomness of a trace"

export const drop = (policy: CheckedPolicy): CheckedPolicy<Drop> =>
  Result.flatMap(policy, (policy): CheckedPolicy<Drop> =>
    isCertain(policy)
      ? Result.succeed({ type: "drop", policy })
      : Result.fail(new PolicyError({ message: `drop: ${dropNeedsCertainty}` })))

export const judgeDrop = ({ policy }: Drop, compile: Compile): Judge => {
  const judge = compile(policy)
  return (traces, context) =>
    judge(traces, context).map(({ excluded, threshold }) => ({
      threshold: never,
      policy: "drop",
      excluded: excluded || equalBits(threshold, always)
    }))
}
