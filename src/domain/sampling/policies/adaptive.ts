/** `adaptive`: holds each service to the target rate of the adaptive sampler in force; traces with an error are always kept. */
import { Result, Schema } from "effect"
import { always } from "../head/threshold.ts"
import type { CheckedPolicy } from "./checked.ts"
import { each, type Judge } from "./Judge.ts"

export const Adaptive = Schema.Struct({ type: Schema.Literal("adaptive") })
export type Adaptive = typeof Adaptive.Type

export const adaptive = (): CheckedPolicy<Adaptive> => Result.succeed({ type: "adaptive" })

export const judgeAdaptive = (): Judge =>
  each("adaptive", ({ service, spans }, { adaptive }) => {
    // Asked in any case: errors are part of the rate that is held to the target.
    const threshold = adaptive(service)
    return spans.some(({ status }) => status.code === "error") ? always : threshold
  })
