/**
 * How many traces were kept since start: stored or handed to an exporter after every sampling.
 *
 * State: the ids of the last 32,768 to 65,536 traces. A trace that comes back after that many others counts again.
 */
import { Context } from "effect"
import type { OfferSpans } from "./SpanSink.ts"

export class KeptTraces extends Context.Reference<() => number>("perigee/layers/observability/KeptTraces", {
  defaultValue: () => () => 0
}) {}

const generation = 32_768

export const countTraces = (next: OfferSpans): { readonly offer: OfferSpans; readonly kept: () => number } => {
  let recent = new Set<string>()
  let older = new Set<string>()
  let kept = 0
  let last = ""
  const see = (traceId: string): void => {
    if (traceId === last) return
    last = traceId
    if (recent.has(traceId)) return
    recent.add(traceId)
    if (!older.has(traceId)) kept++
    if (recent.size < generation) return
    older = recent
    recent = new Set()
  }
  return {
    offer: (spans) => {
      for (const { traceId } of spans) see(traceId)
      next(spans)
    },
    kept: () => kept
  }
}
