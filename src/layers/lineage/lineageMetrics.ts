/** What the lineage store was given, wrote, lost and let go, as metrics. */
import { Effect, Layer } from "effect"
import { Collectors } from "../metrics/Collectors.ts"
import { metricFamilies } from "../metrics/instruments.ts"
import { LineageStore } from "./LineageStore.ts"

/** Of a store that is off: nothing. */
export const layerLineageMetrics: Layer.Layer<never, never, Collectors> = Layer.effectDiscard(
  Effect.gen(function*() {
    const { counts, keeps } = yield* LineageStore
    if (!keeps) return
    const { counter } = yield* metricFamilies
    const total = (name: string, description: string) => counter(`lineage_${name}_total`, description)
    const offered = total("records_offered", "Lineage records that the pipeline gave to the store")
    const written = total("records_written", "Lineage records that the store wrote")
    const dropped = total("records_dropped", "Lineage records that found the buffer full or could not be written")
    const evicted = total("nodes_evicted", "Inputs and outputs whose lineage went for age or want of room")
    yield* (yield* Collectors).add(() => {
      const now = counts()
      offered(now.offered)
      written(now.written)
      dropped(now.dropped)
      evicted(now.evicted)
    })
  })
)
