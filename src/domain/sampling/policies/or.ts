/** `or`: the most generous threshold of all; a trace that any of them drops is dropped. */
import { Result, Schema } from "effect"
import { compareBits, never } from "../head/threshold.ts"
import { combine } from "./combine.ts"
import { definePolicy } from "./definePolicy.ts"
import { type CheckedPolicy, leastCertain } from "./Policy.ts"

export const or = definePolicy(
  {
    type: "or",
    options: (policy) => Schema.Struct({ policies: Schema.NonEmptyArray(policy) }),
    certainty: ({ policies }) => leastCertain(policies),
    judge: ({ policies }) =>
      combine(policies, { threshold: never, policy: "or", excluded: false }, (a, b) => compareBits(a, b) < 0)
  },
  (make) => (first: CheckedPolicy, ...more: ReadonlyArray<CheckedPolicy>) =>
    Result.flatMap(Result.all([first, ...more]), (policies) => make({ policies }))
)
