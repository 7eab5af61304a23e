/** The canaries as metrics, by source: how many were sent, arrived, were late, are missed. */
import { Effect, Layer } from "effect"
import { Collectors } from "../metrics/Collectors.ts"
import { metricFamilies } from "../metrics/instruments.ts"
import { CanaryWatch } from "./CanaryWatch.ts"

export const layerCanaryMetrics: Layer.Layer<never, never, Collectors> = Layer.effectDiscard(
  Effect.gen(function*() {
    const { report } = yield* CanaryWatch
    const { counter } = yield* metricFamilies
    const emitted = counter("canary_emitted_total", "Canaries sent")
    const arrived = counter("canary_arrived_total", "Canaries that arrived within 120 s")
    const late = counter("canary_late_total", "Canaries that arrived after more than 60 s")
    const missed = counter("canary_missed_total", "Canaries that had not arrived after 120 s")
    yield* (yield* Collectors).add(() => {
      for (const [source, counts] of report().bySource) {
        emitted(counts.emitted, { source })
        arrived(counts.arrived, { source })
        late(counts.late, { source })
        missed(counts.missed, { source })
      }
    })
  })
)
