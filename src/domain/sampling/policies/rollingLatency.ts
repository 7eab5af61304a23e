/**
 * `rolling_latency`: traces that lasted longer than a quantile (0.95, 0.99) of the recent traces of the same root operation. As long as
 * too few were seen, none.
 */
import { Schema } from "effect"
import { checked, when } from "./checked.ts"
import { each, type Judge } from "./Judge.ts"

export const RollingLatency = Schema.Struct({
  type: Schema.Literal("rolling_latency"),
  quantile: Schema.Finite.check(Schema.isBetween({ minimum: 0.5, maximum: 0.9999 }))
})
export type RollingLatency = typeof RollingLatency.Type

const make = checked(RollingLatency)

export const rollingLatency = (quantile: number) => make({ type: "rolling_latency", quantile })

export const judgeRollingLatency = ({ quantile }: RollingLatency): Judge =>
  each("rolling_latency", (trace, { latencyQuantile }) => {
    const usual = latencyQuantile(trace, quantile)
    return when(usual !== undefined && trace.durationMillis > usual)
  })
