/** What a pipeline can be observed with, as `perigee run` puts it together. */
import { Layer } from "effect"
import { layerFlightRecorder } from "../../src/layers/observability/FlightRecorder.ts"
import { layerBackend, layerOff } from "../../src/layers/observability/Tracing.ts"
import { HeadSampler } from "../../src/layers/stage/HeadSampler.ts"
import { LineageSampler } from "../../src/layers/stage/LineageSampler.ts"
import { StageLineage, StageMetrics, StageTracing } from "../../src/layers/stage/StageHooks.ts"
import { LineageStore } from "../../src/layers/stores/LineageStore.ts"

export interface Seeing {
  /** Share of the events that are traced into the store of this process; `undefined`: tracing is off. */
  readonly ratio: number | undefined
  readonly recorder?: boolean
  readonly metrics?: boolean
  /** Of what is traced, and of this share of the rest. */
  readonly lineage?: number
}

/** Counts alone, which are always on. */
export const unobserved: Seeing = { ratio: undefined }

/** As `perigee run` does by default. */
export const everything: Seeing = { ratio: 0.01, recorder: true, metrics: true, lineage: 0.01 }

export const layerSeeing = ({ lineage, metrics = false, ratio, recorder = false }: Seeing): Layer.Layer<never> => {
  const tracing = ratio === undefined
    ? layerOff
    : Layer.mergeAll(StageTracing.layer, recorder ? layerFlightRecorder({ slowMillis: Infinity }) : Layer.empty).pipe(
      Layer.provideMerge(layerBackend()),
      Layer.provideMerge(HeadSampler.layerRatio(ratio))
    )
  return Layer.mergeAll(
    tracing,
    metrics ? StageMetrics.layer : Layer.empty,
    lineage === undefined
      ? Layer.empty
      : StageLineage.layerStore.pipe(
        Layer.provide([LineageSampler.layerRatio(lineage), LineageStore.layerMemory()])
      )
  )
}
