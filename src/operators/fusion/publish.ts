/** The alert sink: what is new goes to the {@link AlertStore}, a failing store is retried, and an alert is never dropped in silence. */
import { Effect } from "effect"
import type { ConjunctionAlert } from "../../domain/alert/ConjunctionAlert.ts"
import { CanaryWatch } from "../../layers/canary/CanaryWatch.ts"
import type { LogError } from "../../layers/log/MessageLog.ts"
import { AlertStore } from "../../layers/stores/AlertStore.ts"
import { effectful, type Operator, type StageServices } from "../Stage.ts"

/**
 * Delivers versions of alerts and passes on those that were new; the others are counted as filtered with reason `stale`. Nothing that comes from a
 * canary is delivered: it has arrived, which {@link CanaryWatch} is told, and is counted as filtered with reason `canary`.
 */
export const publish: Operator<ConjunctionAlert, ConjunctionAlert, never, StageServices | AlertStore> = effectful({
  name: "publish",
  classify: (_error: LogError) => "transient",
  step: Effect.fnUntraced(function*(events, emit) {
    const store = yield* AlertStore
    const canaries = yield* CanaryWatch
    const real = events.filter((event) => event.context.sourceKind !== "canary")
    const delivered = new Set(real.length === 0 ? [] : yield* store.upsert(real.map((event) => event.payload)))
    for (const event of events) {
      if (event.context.sourceKind === "canary") {
        canaries.arrived(event.context.id)
        emit.filtered(event, "canary")
      } else if (delivered.has(event.payload)) emit.out(event, event.payload)
      else emit.filtered(event, "stale")
    }
  })
})
