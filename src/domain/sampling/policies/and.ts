/** `and`: the strictest threshold of all; a trace that any of them drops is dropped. A `drop` that does not match has no say. */
import { Result } from "effect"
import { compareBits, never } from "../head/threshold.ts"
import type { CheckedPolicy } from "./checked.ts"
import { combine } from "./combine.ts"
import type { Compile, Judge } from "./Judge.ts"
import type { Policy } from "./Policy.ts"

export interface And {
  readonly type: "and"
  readonly policies: ReadonlyArray<Policy>
}

export const and = (first: CheckedPolicy, ...more: ReadonlyArray<CheckedPolicy>): CheckedPolicy<And> =>
  Result.map(Result.all([first, ...more]), (policies): And => ({ type: "and", policies }))

export const judgeAnd = ({ policies }: And, compile: Compile): Judge =>
  combine(policies, compile, { threshold: never, policy: "and", excluded: false }, (a, b) => compareBits(a, b) > 0)
