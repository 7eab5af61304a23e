/**
 * The alert sink: what is new goes to the {@link AlertStore}, a failing store is retried, and an alert is never dropped in silence.
 *
 * Its record carries the W3C context of the version's span; its lineage is handed in.
 */
import { Effect } from "effect"
import type { ConjunctionAlert } from "../../../domain/alert/ConjunctionAlert.ts"
import { alertKind, alertVersionId } from "../../../domain/lineage/LineageRecord.ts"
import { AlertStore } from "../../../layers/alerts/AlertStore.ts"
import type { LogError } from "../../../layers/log/MessageLog.ts"
import { sink, type TraceHeadersAt } from "../../sinks/sink.ts"
import type { Operator, StageServices } from "../../stage/Stage.ts"
import { noSynthetics, type Synthetics } from "../Synthetics.ts"

/** Delivers versions of alerts and passes on those that were new; the others are counted as filtered with reason `stale`, those of synthetic traffic, which arrive here and are not delivered, with its kind. */
export const publish = (
  { arrived, kind }: Synthetics = noSynthetics
): Operator<ConjunctionAlert, ConjunctionAlert, never, StageServices | AlertStore> =>
  sink({
    name: "publish",
    classify: (_error: LogError) => "transient",
    except: Effect.succeed(({ id, sourceKind }) => {
      if (sourceKind !== kind) return undefined
      arrived(id)
      return kind
    }),
    leaving: ({ alertId, level, sequence }) => ({
      kind: alertKind,
      id: alertVersionId(alertId, sequence),
      retracts: level === "withdrawn",
      delivered: true
    }),
    write: Effect.fnUntraced(function*(alerts: ReadonlyArray<ConjunctionAlert>, headers: TraceHeadersAt) {
      const store = yield* AlertStore
      const places = new Map(alerts.map((alert, place) => [alert, place] as const))
      const delivered = new Set(yield* store.upsert(alerts, (version) => headers(places.get(version) ?? -1)))
      return alerts.map((alert) => delivered.has(alert) ? undefined : "stale")
    })
  })
