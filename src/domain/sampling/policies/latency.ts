/** `latency`: traces that lasted at least `thresholdMillis`, and at most `upperMillis` if that is given. Both ends are included. */
import { Schema } from "effect"
import { checked, Millis, when } from "./checked.ts"
import { each, type Judge } from "./Judge.ts"

export const Latency = Schema.Struct({
  type: Schema.Literal("latency"),
  thresholdMillis: Millis,
  upperMillis: Schema.optionalKey(Millis)
}).check(
  Schema.makeFilter(({ thresholdMillis, upperMillis = Infinity }) =>
    thresholdMillis <= upperMillis
      ? undefined
      : { path: ["upperMillis"], issue: "expected no less than thresholdMillis" }
  )
)
export type Latency = typeof Latency.Type

const make = checked(Latency)

export const latency = (options: Omit<Latency, "type">) => make({ type: "latency", ...options })

export const judgeLatency = ({ thresholdMillis, upperMillis = Infinity }: Latency): Judge =>
  each("latency", ({ durationMillis }) => when(durationMillis >= thresholdMillis && durationMillis <= upperMillis))
