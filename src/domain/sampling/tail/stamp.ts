/** Writes into kept spans the threshold that they were kept with in the end. */
import type { SpanData } from "../../tracing/SpanData.ts"
import { consistentThreshold, withThreshold } from "../head/otMember.ts"
import { always, equalBits, maxThreshold, type Randomness, type Threshold } from "../head/threshold.ts"
import type { TailOptions } from "./TailOptions.ts"

/** `undefined` for a span whose own threshold is unknown: it goes on as it came. */
type Stamp = (span: SpanData) => SpanData | undefined

/** The stamp for the spans of one trace: `th` = max(own, `effective`). A span that has it already goes on as it is. */
export const stampOf = (
  population: TailOptions["population"],
  randomness: Randomness,
  effective: Threshold
): Stamp => {
  const stampOne = (traceState: string | undefined): { readonly traceState: string | undefined } | undefined => {
    const written = consistentThreshold(traceState, randomness)
    const own = population === "all" ? always : written
    if (own === undefined) return undefined
    const threshold = maxThreshold(own, effective)
    const same = written !== undefined && equalBits(written, threshold)
    return { traceState: same ? traceState : withThreshold(traceState, threshold) }
  }
  // The spans of one trace mostly carry one and the same header.
  let last: { readonly header: string | undefined; readonly stamped: ReturnType<typeof stampOne> } | undefined
  return (span) => {
    if (last === undefined || last.header !== span.traceState) {
      last = { header: span.traceState, stamped: stampOne(span.traceState) }
    }
    const { stamped } = last
    if (stamped === undefined) return undefined
    const flags = population === "all" ? span.flags | 1 : span.flags
    return stamped.traceState === span.traceState && flags === span.flags ? span : { ...span, ...stamped, flags }
  }
}
