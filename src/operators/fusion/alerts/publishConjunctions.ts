/** Versions of conjunctions in which no protected object has a part leave here for the topic `conjunctions`; alerts go on. */
import { Effect, Schema } from "effect"
import type { Assets } from "../../../domain/alert/assets.ts"
import { ConjunctionAlert } from "../../../domain/alert/ConjunctionAlert.ts"
import { conjunctionsTopic } from "../../../layers/alerts/conjunctionsTopic.ts"
import { type LogError, MessageLog } from "../../../layers/log/MessageLog.ts"
import { divert } from "../../sinks/divert.ts"
import type { TraceHeadersAt } from "../../sinks/sink.ts"
import type { Operator, StageServices } from "../../stage/Stage.ts"
import { noSynthetics, type Synthetics } from "../Synthetics.ts"

const encode = Schema.encodeEffect(Schema.fromJsonString(ConjunctionAlert))
const bytes = new TextEncoder()

/** One of two objects that nobody has to protect. */
interface Unprotected extends ConjunctionAlert {
  readonly isUnprotected?: true
  readonly objects: ConjunctionAlert["objects"] & { readonly areAssets?: false }
}

const toRecord = Effect.fnUntraced(function*(version: ConjunctionAlert, trace: Readonly<Record<string, string>>) {
  return {
    key: version.alertId,
    value: bytes.encode(yield* Effect.orDie(encode(version))),
    headers: { ...trace, sequence: String(version.sequence) },
    timestamp: version.emittedAt
  }
})

/**
 * Stateless; arrays and order kept. What leaves is counted as filtered with reason `no-asset`, after it is written; its record is that of an alert. A version
 * may be written again after a crash: its delivery key tells. Synthetic traffic goes on.
 */
export const publishConjunctions = (
  assets: Assets,
  { hasObject }: Synthetics = noSynthetics
): Operator<ConjunctionAlert, ConjunctionAlert, never, StageServices | MessageLog> =>
  divert({
    name: "conjunctions",
    where: (version: ConjunctionAlert): version is Unprotected =>
      !version.objects.some((objectId) => assets.has(objectId) || hasObject(objectId)),
    reason: () => "no-asset",
    classify: (_error: LogError) => "transient",
    write: Effect.fnUntraced(function*(versions: ReadonlyArray<Unprotected>, headers: TraceHeadersAt) {
      const log = yield* MessageLog
      yield* log.append(
        conjunctionsTopic,
        yield* Effect.forEach(versions, (version, place) => toRecord(version, headers(place)))
      )
    })
  })
