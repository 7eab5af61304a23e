/** `adaptive`: holds each service to the target rate of the adaptive sampler in force; traces with an error are always kept. */
import { Schema } from "effect"
import { always } from "../head/threshold.ts"
import { definePolicy } from "./definePolicy.ts"
import { each } from "./Judge.ts"

export const adaptive = definePolicy({
  type: "adaptive",
  options: Schema.Struct({}),
  certainty: "share",
  judge: () =>
    each("adaptive", ({ service, spans }, { adaptive }) => {
      // Asked in any case: errors are part of the rate that is held to the target.
      const threshold = adaptive(service)
      return spans.some(({ status }) => status.code === "error") ? always : threshold
    })
}, (make) => () => make({}))
