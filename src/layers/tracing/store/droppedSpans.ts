/** `spans_dropped_total{exporter,reason}`: every span that was finished and will not be seen, and why. */
import { Effect, Metric } from "effect"

interface DroppedSpans {
  readonly drop: (reason: string, spans: number) => void
  /** Since it was made, by reason. */
  readonly counts: () => ReadonlyMap<string, number>
}

/** The counter of one exporter. State: one number per reason. */
export const makeDroppedSpans = (exporter: string): Effect.Effect<DroppedSpans> =>
  Effect.map(Effect.context(), (context) => {
    const counts = new Map<string, number>()
    const counters = new Map<string, Metric.Counter<number>>()
    return {
      drop: (reason, spans) => {
        if (spans === 0) return
        const counter = counters.get(reason) ?? Metric.counter("spans_dropped_total", {
          description: "Finished spans that were dropped, by exporter and reason",
          incremental: true,
          attributes: { exporter, reason }
        })
        counters.set(reason, counter)
        counter.updateUnsafe(spans, context)
        counts.set(reason, (counts.get(reason) ?? 0) + spans)
      },
      counts: () => counts
    }
  })
