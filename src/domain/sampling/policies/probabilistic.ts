/** `probabilistic`: this percentage of all traces, the same ones everywhere. */
import { Schema } from "effect"
import { thresholdOf } from "../head/threshold.ts"
import { definePolicy } from "./definePolicy.ts"
import { each } from "./Judge.ts"

export const probabilistic = definePolicy({
  type: "probabilistic",
  options: Schema.Struct({ percent: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 100 })) }),
  certainty: "share",
  judge: ({ percent }) => {
    const threshold = thresholdOf(percent / 100)
    return each("probabilistic", () => threshold)
  }
}, (make) => (percent: number) => make({ percent }))
