/**
 * `head_decision`: what the head sampler kept, with the threshold that it was kept with. A trace that is sampled without a threshold that
 * can be trusted is kept for certain; an unsampled one is not.
 */
import { Result, Schema } from "effect"
import { isSampled } from "../../tracing/traceparent.ts"
import { consistentThreshold } from "../head/otMember.ts"
import { always, minThreshold, never, type Threshold } from "../head/threshold.ts"
import type { CheckedPolicy } from "./checked.ts"
import { each, type Judge } from "./Judge.ts"

export const HeadDecision = Schema.Struct({ type: Schema.Literal("head_decision") })
export type HeadDecision = typeof HeadDecision.Type

export const headDecision = (): CheckedPolicy<HeadDecision> => Result.succeed({ type: "head_decision" })

export const judgeHeadDecision = (): Judge =>
  each("head_decision", ({ randomness, spans }) => {
    let threshold: Threshold = never
    for (const { flags, traceState } of spans) {
      if (isSampled(flags)) threshold = minThreshold(threshold, consistentThreshold(traceState, randomness) ?? always)
    }
    return threshold
  })
