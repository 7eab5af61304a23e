/**
 * `drop`: traces for which the other policy is certain are left out, whatever else is said of them, and out of the population that counts
 * are about. A policy that keeps a share cannot be dropped by: the rest would be a share of unknown size.
 */
import { Result, Schema } from "effect"
import { always, equalBits, never } from "../head/threshold.ts"
import { definePolicy } from "./definePolicy.ts"
import { type CheckedPolicy, Policy } from "./Policy.ts"

const issue = "expected a policy that does not depend on the randomness of a trace"

export const drop = definePolicy({
  type: "drop",
  options: (policy) =>
    Schema.Struct({ policy }).check(
      Schema.makeFilter(({ policy }) =>
        Policy.certainty(policy) === "certain" ? undefined : { path: ["policy"], issue }
      )
    ),
  certainty: "certain",
  judge: ({ policy }) => {
    const judge = Policy.compile(policy)
    return (traces, context) =>
      judge(traces, context).map(({ excluded, threshold }) => ({
        threshold: never,
        policy: "drop",
        excluded: excluded || equalBits(threshold, always)
      }))
  }
}, (make) => (policy: CheckedPolicy) => Result.flatMap(policy, (policy) => make({ policy })))
