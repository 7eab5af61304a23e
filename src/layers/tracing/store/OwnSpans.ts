/**
 * Finished spans of this process on their way to the trace backend in it: a bounded queue between who makes spans, at any time and without waiting, and who has them
 * stored.
 *
 * What is over the bound is dropped and counted in `spans_dropped_total{exporter="backend"}`: nothing that observes may hold up what is observed.
 */
import { Context, Effect, Layer, Queue } from "effect"
import type { SpanData } from "../../../domain/tracing/SpanData.ts"
import { makeDroppedSpans } from "./droppedSpans.ts"
import type { OfferSpans } from "./SpanSink.ts"

export class OwnSpans extends Context.Service<OwnSpans, {
  readonly offer: OfferSpans
  /** Waits for one at least, gives so many at most. */
  readonly take: (most: number) => Effect.Effect<ReadonlyArray<SpanData>>
  /** Those that wait now, without waiting. */
  readonly waiting: () => number
  /** Taken, and not stored. */
  readonly lost: (spans: number) => void
}>()("perigee/layers/tracing/OwnSpans") {
  static readonly layer = (maxQueued: number): Layer.Layer<OwnSpans> =>
    Layer.effect(
      OwnSpans,
      Effect.gen(function*() {
        const queue = yield* Queue.dropping<SpanData>(maxQueued)
        const { drop } = yield* makeDroppedSpans("backend", ["queue_full", "refused"])
        return OwnSpans.of({
          offer: (spans) => {
            let refused = 0
            for (const span of spans) if (!Queue.offerUnsafe(queue, span)) refused++
            drop("queue_full", refused)
          },
          take: (most) => Queue.takeBetween(queue, 1, most),
          waiting: () => Queue.sizeUnsafe(queue),
          lost: (spans) => drop("refused", spans)
        })
      })
    )

  /** There are none. */
  static readonly layerOff = Layer.succeed(OwnSpans, {
    offer: () => {},
    take: () => Effect.never,
    waiting: () => 0,
    lost: () => {}
  })
}
