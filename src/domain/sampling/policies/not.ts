/**
 * `not`: keeps what the other does not, certain for certain; of a share p it keeps a share 1 - p (the same threshold turned over, not the
 * other traces: what is kept must stay the upper end of the randomness, or a child could not agree with its parent). What is bound to the
 * randomness of traces, a rate or the head's decision, cannot be turned over.
 */
import { Result, Schema } from "effect"
import { complement } from "../head/threshold.ts"
import { definePolicy } from "./definePolicy.ts"
import { type CheckedPolicy, leastCertain, Policy } from "./Policy.ts"

const issue = "expected a policy that is not bound to the randomness of traces, as rate_limiting and head_decision are"

export const not = definePolicy({
  type: "not",
  options: (policy) =>
    Schema.Struct({ policy }).check(
      Schema.makeFilter(({ policy }) => Policy.certainty(policy) === "bound" ? { path: ["policy"], issue } : undefined)
    ),
  certainty: ({ policy }) => leastCertain([policy]),
  judge: ({ policy }) => {
    const judge = Policy.compile(policy)
    return (traces, context) =>
      judge(traces, context).map(({ excluded, threshold }) => ({
        threshold: complement(threshold),
        policy: "not",
        excluded
      }))
  }
}, (make) => (policy: CheckedPolicy) => Result.flatMap(policy, (policy) => make({ policy })))
