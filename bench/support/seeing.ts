/** What a pipeline can be observed with, as `perigee run` puts it together. */
import { Effect, Layer } from "effect"
import { never } from "../../src/domain/sampling/head/threshold.ts"
import { LineageStore } from "../../src/layers/lineage/LineageStore.ts"
import { HeadSampler, levelOf } from "../../src/layers/stage/HeadSampler.ts"
import { LineageSampler } from "../../src/layers/stage/LineageSampler.ts"
import { StageLineage, StageMetrics, StageTracing } from "../../src/layers/stage/StageHooks.ts"
import { StageRecorder } from "../../src/layers/stage/StageRecorder.ts"
import { FlightRecorder } from "../../src/layers/tracing/recorder/FlightRecorder.ts"
import { Tracing } from "../../src/layers/tracing/Tracing.ts"

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
    ? Tracing.layerOff
    : Layer.mergeAll(StageTracing.layer, recorder ? FlightRecorder.layer({ slowMillis: Infinity }) : Layer.empty).pipe(
      Layer.provideMerge(Tracing.layerBackend()),
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

/** {@link everything}, as long as `isOn`: what a process does that can stop seeing and begin again. */
export const layerSwitched = (isOn: () => boolean): Layer.Layer<never> => {
  const none = levelOf(never)
  return Layer.mergeAll(
    Layer.effect(
      HeadSampler,
      Effect.map(
        HeadSampler,
        ({ level }) => HeadSampler.deciding((source, traces) => isOn() ? level(source, traces) : none)
      )
    ),
    Layer.effect(
      StageMetrics,
      Effect.map(StageMetrics, ({ instruments }) => ({
        instruments: (stage, counts) => {
          const record = instruments(stage, counts)
          return (outcome) => {
            if (isOn()) record(outcome)
          }
        }
      }))
    ),
    Layer.effect(
      StageRecorder,
      Effect.map(StageRecorder, ({ record, slowMillis }) => ({
        slowMillis,
        record: (event) => {
          if (isOn()) record(event)
        }
      }))
    ),
    Layer.effect(
      StageLineage,
      Effect.map(StageLineage, ({ append, begin, end, join }) => ({
        append,
        begin: (id, sampled) => isOn() ? begin(id, sampled) : undefined,
        join: (stage, event, ...rest) => isOn() ? join(stage, event, ...rest) : event.lineage,
        end: (...ended) => {
          if (isOn()) end(...ended)
        }
      }))
    )
  ).pipe(Layer.provideMerge(layerSeeing(everything)))
}
