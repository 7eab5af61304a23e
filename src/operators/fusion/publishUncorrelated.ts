/** Observations that belong to no track leave here for the topic `uncorrelated-tracks`; track updates go on. */
import { Effect, Schema } from "effect"
import { Observation } from "../../domain/observation/Observation.ts"
import type { Association, TrackUpdate, UncorrelatedObservation } from "../../domain/orbit/TrackUpdate.ts"
import { type LogError, MessageLog } from "../../layers/log/MessageLog.ts"
import { effectful, type Operator, type StageServices } from "../Stage.ts"

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

/**
 * Stateless; arrays and order kept. Uncorrelated observations count as filtered by reason, after they are written; a canary's, which are not
 * written, as filtered with reason `canary`.
 */
export const publishUncorrelated: Operator<Association, TrackUpdate, never, StageServices | MessageLog> = effectful({
  name: "uncorrelated",
  classify: (_error: LogError) => "transient",
  step: Effect.fnUntraced(function*(events, emit) {
    const uncorrelated: Array<UncorrelatedObservation> = []
    for (const event of events) {
      if (event.payload._tag === "TrackUpdate") emit.out(event, event.payload)
      else if (event.context.sourceKind === "canary") emit.filtered(event, "canary")
      else {
        uncorrelated.push(event.payload)
        emit.filtered(event, event.payload.reason)
      }
    }
    if (uncorrelated.length === 0) return
    const log = yield* MessageLog
    yield* log.append(uncorrelatedTopic, yield* Effect.forEach(uncorrelated, toRecord))
  })
})
