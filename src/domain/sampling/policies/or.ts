/** `or`: the most generous threshold of all; a trace that any of them drops is dropped. */
import { Result } from "effect"
import { compareBits, never } from "../head/threshold.ts"
import type { CheckedPolicy } from "./checked.ts"
import { combine } from "./combine.ts"
import type { Compile, Judge } from "./Judge.ts"
import type { Policy } from "./Policy.ts"

export interface Or {
  readonly type: "or"
  readonly policies: ReadonlyArray<Policy>
}

export const or = (first: CheckedPolicy, ...more: ReadonlyArray<CheckedPolicy>): CheckedPolicy<Or> =>
  Result.map(Result.all([first, ...more]), (policies): Or => ({ type: "or", policies }))

export const judgeOr = ({ policies }: Or, compile: Compile): Judge =>
  combine(policies, compile, { threshold: never, policy: "or", excluded: false }, (a, b) => compareBits(a, b) < 0)
