/** `latency`: traces that lasted at least `thresholdMillis`, and at most `upperMillis` if that is given. Both ends are included. */
import { Schema } from "effect"
import { definePolicy } from "./definePolicy.ts"
import { each, when } from "./Judge.ts"

const Millis = Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))

export const latency = definePolicy({
  type: "latency",
  options: Schema.Struct({ thresholdMillis: Millis, upperMillis: Schema.optionalKey(Millis) }).check(
    Schema.makeFilter(({ thresholdMillis, upperMillis = Infinity }) =>
      thresholdMillis <= upperMillis
        ? undefined
        : { path: ["upperMillis"], issue: "expected no less than thresholdMillis" }
    )
  ),
  certainty: "certain",
  judge: ({ thresholdMillis, upperMillis = Infinity }) =>
    each("latency", ({ durationMillis }) => when(durationMillis >= thresholdMillis && durationMillis <= upperMillis))
})
