/**
 * The alert sink: what is new goes to the {@link AlertStore}, a failing store is retried, and an alert is never dropped in silence.
 *
 * Its record carries the W3C context of the version's span; its lineage is handed in.
 */
import { Effect } from "effect"
import type { ConjunctionAlert } from "../../domain/alert/ConjunctionAlert.ts"
import { alertKind, alertVersionId } from "../../domain/lineage/LineageRecord.ts"
import type { LogError } from "../../layers/log/MessageLog.ts"
import { AlertStore } from "../../layers/stores/AlertStore.ts"
import { effectful, type Operator, type StageServices } from "../Stage.ts"

/** Delivers versions of alerts and passes on those that were new; the others are counted as filtered with reason `stale`. */
export const publish: Operator<ConjunctionAlert, ConjunctionAlert, never, StageServices | AlertStore> = effectful({
  name: "publish",
  classify: (_error: LogError) => "transient",
  step: Effect.fnUntraced(function*(events, emit) {
    const store = yield* AlertStore
    const headers = new Map(events.map((event) => [event.payload, emit.headers(event)] as const))
    const delivered = new Set(
      yield* store.upsert(events.map((event) => event.payload), (version) => headers.get(version) ?? {})
    )
    for (const event of events) {
      const { alertId, level, sequence } = event.payload
      if (!delivered.has(event.payload)) {
        emit.filtered(event, "stale")
        continue
      }
      emit.ends(event, alertKind, alertVersionId(alertId, sequence))
      if (level === "withdrawn") emit.retracted(event)
      emit.out(event, event.payload)
    }
  })
})
