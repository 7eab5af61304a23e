/** The alert sink: what is new goes to the {@link AlertStore}, a failing store is retried, and an alert is never dropped in silence. */
import { Effect } from "effect"
import type { ConjunctionAlert } from "../../domain/alert/ConjunctionAlert.ts"
import type { LogError } from "../../layers/log/MessageLog.ts"
import { AlertStore } from "../../layers/stores/AlertStore.ts"
import { sink } from "../sink.ts"
import type { Operator, StageServices } from "../Stage.ts"

/** Delivers versions of alerts and passes on those that were new; the others are counted as filtered with reason `stale`. */
export const publish: Operator<ConjunctionAlert, ConjunctionAlert, never, StageServices | AlertStore> = sink({
  name: "publish",
  classify: (_error: LogError) => "transient",
  write: Effect.fnUntraced(function*(alerts: ReadonlyArray<ConjunctionAlert>) {
    const store = yield* AlertStore
    const delivered = new Set(yield* store.upsert(alerts))
    return alerts.map((alert) => delivered.has(alert) ? undefined : "stale")
  })
})
