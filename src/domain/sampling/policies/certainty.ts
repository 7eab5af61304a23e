/** What may stand below `not` and `drop`. */
import type { Policy } from "./Policy.ts"

const every = (policy: Policy, holds: (leaf: Policy) => boolean): boolean => {
  switch (policy.type) {
    case "and":
    case "or":
      return policy.policies.every((part) => every(part, holds))
    case "not":
    case "drop":
      return every(policy.policy, holds)
    default:
      return holds(policy)
  }
}

/** Whether the policy's thresholds have nothing to do with the randomness of traces, the trace's own or that of others. */
export const isFixed = (policy: Policy): boolean =>
  every(policy, ({ type }) => type !== "rate_limiting" && type !== "head_decision" && type !== "trace_flags")

/** Whether the policy keeps a trace or does not, whatever its randomness. */
export const isCertain = (policy: Policy): boolean =>
  isFixed(policy) && every(policy, ({ type }) => type !== "probabilistic" && type !== "adaptive")
