/** `probabilistic`: this percentage of all traces, the same ones everywhere. */
import { Schema } from "effect"
import { thresholdOf } from "../head/threshold.ts"
import { checked, Percent } from "./checked.ts"
import { each, type Judge } from "./Judge.ts"

export const Probabilistic = Schema.Struct({ type: Schema.Literal("probabilistic"), percent: Percent })
export type Probabilistic = typeof Probabilistic.Type

const make = checked(Probabilistic)

export const probabilistic = (percent: number) => make({ type: "probabilistic", percent })

export const judgeProbabilistic = ({ percent }: Probabilistic): Judge => {
  const threshold = thresholdOf(percent / 100)
  return each("probabilistic", () => threshold)
}
