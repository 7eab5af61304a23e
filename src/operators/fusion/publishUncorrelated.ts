/** Observations that belong to no track leave here for the topic `uncorrelated-tracks`; track updates go on. */
import { Effect, Schema } from "effect"
import type { Envelope } from "../../domain/Envelope.ts"
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

interface Leaving {
  readonly uncorrelated: UncorrelatedObservation
  readonly event: Envelope<Association>
}

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

/**
 * Stateless; arrays and order kept. Uncorrelated observations count as filtered by reason, after they are written; their records carry their W3C
 * context. Here the lineage of every observation that is followed is handed in.
 */
export const publishUncorrelated: Operator<Association, TrackUpdate, never, StageServices | MessageLog> = effectful({
  name: "uncorrelated",
  classify: (_error: LogError) => "transient",
  step: Effect.fnUntraced(function*(events, emit) {
    const leaving: Array<Leaving> = []
    for (const event of events) {
      const { payload } = event
      if (payload._tag === "TrackUpdate") {
        // As an observation it ends here; what it does to its track goes on.
        if (payload.kind === "speculative") emit.ends(event, "observation")
        emit.out(event, payload)
      } else {
        leaving.push({ uncorrelated: payload, event })
        emit.ends(event, "observation")
        emit.filtered(event, payload.reason)
      }
    }
    if (leaving.length === 0) return
    const log = yield* MessageLog
    const records = yield* Effect.forEach(
      leaving,
      ({ event, uncorrelated }) => toRecord(uncorrelated, emit.headers(event))
    )
    yield* log.append(uncorrelatedTopic, records)
  })
})
