/**
 * `rolling_latency`: traces that lasted longer than a quantile (0.95, 0.99) of the recent traces of the same root operation. As long as
 * too few were seen, none.
 */
import { Schema } from "effect"
import { definePolicy } from "./definePolicy.ts"
import { each, when } from "./Judge.ts"

export const rollingLatency = definePolicy({
  type: "rolling_latency",
  options: Schema.Struct({ quantile: Schema.Finite.check(Schema.isBetween({ minimum: 0.5, maximum: 0.9999 })) }),
  certainty: "certain",
  judge: ({ quantile }) =>
    each("rolling_latency", (trace, { latencyQuantile }) => {
      const usual = latencyQuantile(trace, quantile)
      return when(usual !== undefined && trace.durationMillis > usual)
    })
}, (make) => (quantile: number) => make({ quantile }))
