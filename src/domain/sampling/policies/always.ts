/** `always_sample`: keeps every trace. */
import { Result, Schema } from "effect"
import { always as zero } from "../head/threshold.ts"
import type { CheckedPolicy } from "./checked.ts"
import { each, type Judge } from "./Judge.ts"

export const Always = Schema.Struct({ type: Schema.Literal("always_sample") })
export type Always = typeof Always.Type

export const always = (): CheckedPolicy<Always> => Result.succeed({ type: "always_sample" })

export const judgeAlways = (): Judge => each("always_sample", () => zero)
