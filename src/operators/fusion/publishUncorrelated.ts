/** Observations that belong to no track leave here for the topic `uncorrelated-tracks`; track updates go on. */
import { Effect, Schema } from "effect"
import { Observation } from "../../domain/observation/Observation.ts"
import type { Association, TrackUpdate, UncorrelatedObservation } from "../../domain/orbit/TrackUpdate.ts"
import { type LogError, MessageLog } from "../../layers/log/MessageLog.ts"
import { divert } from "../divert.ts"
import type { Operator, StageServices } from "../Stage.ts"

export const uncorrelatedTopic = "uncorrelated-tracks"

const Uncorrelated = Schema.fromJsonString(Schema.Struct({
  reason: Schema.Literals(["unmatched", "ambiguous", "outside-gate"]),
  candidates: Schema.Array(Schema.String),
  observation: Observation
}))
const encode = Schema.encodeEffect(Uncorrelated)
const bytes = new TextEncoder()

const toRecord = Effect.fnUntraced(function*(uncorrelated: UncorrelatedObservation) {
  const { observation } = uncorrelated
  return {
    key: observation.sourceId,
    value: bytes.encode(yield* Effect.orDie(encode(uncorrelated))),
    headers: { reason: uncorrelated.reason },
    timestamp: observation.ingestTimestamp
  }
})

const isUncorrelated = (association: Association): association is UncorrelatedObservation =>
  association._tag !== "TrackUpdate"

/** Stateless; arrays and order kept. Uncorrelated observations count as filtered by reason, after they are written. */
export const publishUncorrelated: Operator<Association, TrackUpdate, never, StageServices | MessageLog> = divert({
  name: "uncorrelated",
  where: isUncorrelated,
  reason: ({ reason }) => reason,
  classify: (_error: LogError) => "transient",
  write: Effect.fnUntraced(function*(uncorrelated: ReadonlyArray<UncorrelatedObservation>) {
    const log = yield* MessageLog
    yield* log.append(uncorrelatedTopic, yield* Effect.forEach(uncorrelated, toRecord))
  })
})
