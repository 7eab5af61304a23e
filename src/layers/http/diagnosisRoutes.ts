/** `/v1/diagnosis`: the evidence of this run, and what it says. */
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { PerigeeApi } from "../../domain/api/api.ts"
import { diagnose } from "../../domain/diagnosis/diagnose.ts"
import { collectEvidence } from "../diagnosis/collectEvidence.ts"
import { MetricHistory } from "../history/MetricHistory.ts"
import { Inspection } from "../inspection/Inspection.ts"
import { LineageStore } from "../lineage/LineageStore.ts"
import { LogReader } from "../log/LogReader.ts"
import { TraceReader } from "../traces/store/TraceStore.ts"
import { badRequest } from "./operation/refusals.ts"

export const diagnosisRoutes = HttpApiBuilder.group(
  PerigeeApi,
  "diagnosis",
  Effect.fnUntraced(function*(handlers) {
    const sources = {
      inspection: yield* Inspection,
      history: yield* MetricHistory,
      log: yield* LogReader,
      lineage: yield* LineageStore,
      traces: yield* TraceReader
    }
    return handlers.handle(
      "diagnosis",
      Effect.fnUntraced(function*({ query: { id, symptom = "auto" } }) {
        if (symptom === "wrong-alert" && id === undefined) {
          return yield* badRequest("symptom=wrong-alert: expected id, the alert", { parameter: "id" })
        }
        return diagnose(yield* collectEvidence(sources, id), symptom, id)
      })
    )
  })
)
