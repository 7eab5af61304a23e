/** `always_sample`: keeps every trace. */
import { Schema } from "effect"
import { always as zero } from "../head/threshold.ts"
import { definePolicy } from "./definePolicy.ts"
import { each } from "./Judge.ts"

export const always = definePolicy({
  type: "always_sample",
  options: Schema.Struct({}),
  certainty: "certain",
  judge: () => each("always_sample", () => zero)
}, (make) => () => make({}))
