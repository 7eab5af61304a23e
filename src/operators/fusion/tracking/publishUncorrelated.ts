/** Observations that belong to no track leave here for the topic `uncorrelated-tracks`; track updates go on. */
import { Effect, Schema } from "effect"
import { Observation } from "../../../domain/observation/Observation.ts"
import type { Association, TrackUpdate, UncorrelatedObservation } from "../../../domain/orbit/tracking/TrackUpdate.ts"
import { type LogError, MessageLog } from "../../../layers/log/MessageLog.ts"
import { divert } from "../../sinks/divert.ts"
import type { TraceHeadersAt } from "../../sinks/sink.ts"
import type { Operator, StageServices } from "../../stage/Stage.ts"
import { noSynthetics, type Synthetics } from "../Synthetics.ts"

export const uncorrelatedTopic = "uncorrelated-tracks"

const Uncorrelated = Schema.fromJsonString(Schema.Struct({
  reason: Schema.Literals(["unmatched", "ambiguous", "outside-gate"]),
  candidates: Schema.Array(Schema.String),
  observation: Observation
}))
const encode = Schema.encodeEffect(Uncorrelated)
const bytes = new TextEncoder()

const toRecord = Effect.fnUntraced(function*(
  uncorrelated: UncorrelatedObservation,
  trace: Readonly<Record<string, string>>
) {
  const { observation } = uncorrelated
  return {
    key: observation.sourceId,
    value: bytes.encode(yield* Effect.orDie(encode(uncorrelated))),
    headers: { ...trace, reason: uncorrelated.reason },
    timestamp: observation.ingestTimestamp
  }
})

const isUncorrelated = (association: Association): association is UncorrelatedObservation =>
  association._tag !== "TrackUpdate"

/**
 * Stateless; arrays and order kept. Uncorrelated observations count as filtered by reason, after they are written, those of synthetic traffic by its kind, unwritten; their records carry their W3C
 * context. Here the lineage of every observation that is followed is handed in: what it does to its track goes on.
 */
export const publishUncorrelated = (
  { kind }: Synthetics = noSynthetics
): Operator<Association, TrackUpdate, never, StageServices | MessageLog> =>
  divert({
    name: "uncorrelated",
    where: isUncorrelated,
    except: ({ sourceKind }) => sourceKind === kind ? kind : undefined,
    reason: ({ reason }) => reason,
    classify: (_error: LogError) => "transient",
    leaving: (association) =>
      isUncorrelated(association) || association.kind === "speculative" ? { kind: "observation" } : undefined,
    write: Effect.fnUntraced(function*(
      uncorrelated: ReadonlyArray<UncorrelatedObservation>,
      headers: TraceHeadersAt
    ) {
      const log = yield* MessageLog
      const records = yield* Effect.forEach(uncorrelated, (each, place) => toRecord(each, headers(place)))
      yield* log.append(uncorrelatedTopic, records)
    })
  })
