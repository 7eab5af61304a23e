/**
 * What a span that has a parent does: it follows the parent's flag, so that no sampled span has an unsampled parent nor the reverse. Only a
 * root chooses a probability.
 */
import type { TraceContext } from "../../stream/Envelope.ts"
import { consistentThreshold, randomnessOf, readThreshold, withThreshold } from "./otMember.ts"
import { maxThreshold, type Threshold } from "./threshold.ts"

/** Whether a trace is sampled, and the `tracestate` to pass on with that. */
export type SamplingDecision = Pick<TraceContext, "sampled" | "traceState">

/**
 * The decision of a child. The flag is the parent's; `th` is kept only where the parent is sampled and `th` agrees with the randomness,
 * else it is erased; `rv` and other vendors' members stay.
 */
export const followParent = (parent: Pick<TraceContext, "traceId" | "sampled" | "traceState">): SamplingDecision => {
  const { sampled, traceId, traceState } = parent
  if (traceState === undefined || readThreshold(traceState) === undefined) {
    return { sampled, traceState: withThreshold(traceState, undefined) }
  }
  const threshold = sampled ? consistentThreshold(traceState, randomnessOf(traceId, traceState)) : undefined
  return { sampled, traceState: withThreshold(traceState, threshold) }
}

/**
 * Downstream's threshold for what came with a threshold of its own: it may raise, never lower. `undefined` (unknown) stays unknown: a
 * guess would make counts look right that are not.
 */
export const raise = (own: Threshold | undefined, ...others: ReadonlyArray<Threshold>): Threshold | undefined =>
  own === undefined ? undefined : others.reduce(maxThreshold, own)

/** The decision to drop: the flag is taken back and `th` erased. */
export const dropped = (traceState: string | undefined): SamplingDecision => ({
  sampled: false,
  traceState: withThreshold(traceState, undefined)
})
