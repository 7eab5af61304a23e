/** How many traces were kept since start: stored or handed to an exporter after every sampling. */
import { Context, Effect } from "effect"
import type { OfferSpans } from "../store/SpanSink.ts"

export class KeptTraces extends Context.Reference<Effect.Effect<number>>("perigee/layers/observability/KeptTraces", {
  defaultValue: () => Effect.succeed(0)
}) {}

/** Where spans are kept, and how many traces that makes. */
export interface KeptSpans {
  readonly offer: OfferSpans
  readonly kept: Effect.Effect<number>
}

const generation = 32_768

/**
 * Counts the traces of the spans that pass to `next`. State: the ids of the last 32,768 to 65,536 traces; a trace that comes back after that many
 * others counts again.
 */
export const countTraces = (next: OfferSpans): KeptSpans => {
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
    kept: Effect.sync(() => kept)
  }
}
