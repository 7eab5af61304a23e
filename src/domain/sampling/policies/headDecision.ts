/**
 * `head_decision`: what the head sampler kept, with the threshold that it was kept with. A trace that is sampled without a threshold that
 * can be trusted is kept for certain; an unsampled one is not.
 */
import { Schema } from "effect"
import { isSampled } from "../../tracing/traceparent.ts"
import { consistentThreshold } from "../head/otMember.ts"
import { always, minThreshold, never, type Threshold } from "../head/threshold.ts"
import { definePolicy } from "./definePolicy.ts"
import { each } from "./Judge.ts"

export const headDecision = definePolicy({
  type: "head_decision",
  options: Schema.Struct({}),
  certainty: "bound",
  judge: () =>
    each("head_decision", ({ randomness, spans }) => {
      let threshold: Threshold = never
      for (const { flags, traceState } of spans) {
        if (isSampled(flags)) threshold = minThreshold(threshold, consistentThreshold(traceState, randomness) ?? always)
      }
      return threshold
    })
}, (make) => () => make({}))
