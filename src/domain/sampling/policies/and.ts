/** `and`: the strictest threshold of all; a trace that any of them drops is dropped. A `drop` that does not match has no say. */
import { Result, Schema } from "effect"
import { compareBits, never } from "../head/threshold.ts"
import { combine } from "./combine.ts"
import { definePolicy } from "./definePolicy.ts"
import { type CheckedPolicy, leastCertain } from "./Policy.ts"

export const and = definePolicy(
  {
    type: "and",
    options: (policy) => Schema.Struct({ policies: Schema.NonEmptyArray(policy) }),
    certainty: ({ policies }) => leastCertain(policies),
    judge: ({ policies }) =>
      combine(policies, { threshold: never, policy: "and", excluded: false }, (a, b) => compareBits(a, b) > 0)
  },
  (make) => (first: CheckedPolicy, ...more: ReadonlyArray<CheckedPolicy>) =>
    Result.flatMap(Result.all([first, ...more]), (policies) => make({ policies }))
)
