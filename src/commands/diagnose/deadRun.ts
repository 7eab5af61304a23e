/** The evidence that a data directory holds, of a run that is over: letters, alerts, lineage, traces. What was measured while it ran is gone with it. */
import { Effect, Layer } from "effect"
import { diagnose } from "../../domain/diagnosis/diagnose.ts"
import type { Symptom } from "../../domain/diagnosis/Diagnosis.ts"
import { withFlags } from "../../layers/config/settings.ts"
import { collectEvidence } from "../../layers/diagnosis/collectEvidence.ts"
import { MetricHistory } from "../../layers/history/MetricHistory.ts"
import { Inspection } from "../../layers/inspection/Inspection.ts"
import { layerLineageReaderFromConfig } from "../../layers/lineage/lineageFromConfig.ts"
import { LineageReader } from "../../layers/lineage/LineageStore.ts"
import { LogReader } from "../../layers/log/LogReader.ts"
import { SqliteTraceStore } from "../../layers/traces/store/sqlite/SqliteTraceStore.ts"
import { TraceReader } from "../../layers/traces/store/TraceStore.ts"
import { type LogFlags, logReader } from "../logReader.ts"

export const diagnoseDirectory = Effect.fnUntraced(function*(
  flags: LogFlags,
  directory: string,
  symptom: Symptom,
  id: string | undefined
) {
  const log = yield* LogReader
  const lineage = yield* Effect.option(
    Effect.provide(
      LineageReader,
      layerLineageReaderFromConfig.pipe(Layer.provide(withFlags({ "data-dir": flags["data-dir"] })))
    )
  )
  const traces = yield* Layer.build(SqliteTraceStore.layerReader(`${directory}/traces`)).pipe(
    Effect.catch(() => Layer.build(TraceReader.layerOff("there are no traces in the data directory")))
  )
  return yield* Effect.provideContext(
    Effect.gen(function*() {
      const evidence = yield* collectEvidence({
        inspection: yield* Inspection,
        history: yield* MetricHistory,
        log,
        lineage: lineage._tag === "Some" ? lineage.value : { backward: () => Effect.undefined },
        traces: yield* TraceReader
      }, id)
      return diagnose(
        {
          ...evidence,
          missing: [...evidence.missing, "read from the data directory: no metrics are left of a run that is over"]
        },
        symptom,
        id
      )
    }),
    traces
  )
}, (effect, flags) => Effect.scoped(Effect.provide(effect, logReader(flags))))
