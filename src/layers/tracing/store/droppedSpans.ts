/** `spans_dropped_total{exporter,reason}`: every span that was finished and will not be seen, and why. */
import { Effect, Metric } from "effect"

interface DroppedSpans<in out Reason extends string> {
  readonly drop: (reason: Reason, spans: number) => void
  /** Since it was made, by reason. */
  readonly counts: () => ReadonlyMap<Reason, number>
}

const droppedSpans = (exporter: string, reason: string) =>
  Metric.counter("spans_dropped_total", {
    description: "Finished spans that were dropped, by exporter and reason",
    incremental: true,
    attributes: { exporter, reason }
  })

/** The counter of one exporter, at 0 from now on for each of its `reasons`. State: one number per reason. */
export const makeDroppedSpans = <const Reason extends string>(
  exporter: string,
  reasons: ReadonlyArray<Reason>
): Effect.Effect<DroppedSpans<Reason>> =>
  Effect.map(Effect.context(), (context) => {
    const counts = new Map<Reason, number>()
    for (const reason of reasons) droppedSpans(exporter, reason).valueUnsafe(context)
    return {
      drop: (reason, spans) => {
        if (spans === 0) return
        droppedSpans(exporter, reason).updateUnsafe(spans, context)
        counts.set(reason, (counts.get(reason) ?? 0) + spans)
      },
      counts: () => counts
    }
  })
