/**
 * Raw records into observations, by their wire format.
 *
 * Stateless; arrays and order kept. What cannot be read is a dead letter that keeps the raw bytes: `Deserialization` for a wrong length
 * or form, `SchemaMismatch` for a record that is read but not an observation, `ValidationFailed` for a source nobody registered.
 */
import { Result } from "effect"
import { decodeRawRecord } from "../../../domain/observation/formats/decodeRawRecord.ts"
import { mostAheadMillis } from "../../../domain/observation/mostAhead.ts"
import type { Observation } from "../../../domain/observation/Observation.ts"
import type { ReceivedRecord } from "../../../domain/observation/ReceivedRecord.ts"
import type { SensorRegistry } from "../../../domain/observation/sensors/SensorRegistry.ts"
import type { UtcTime } from "../../../domain/time/UtcTime.ts"
import { isOwnTrace } from "../../../domain/tracing/ownTrace.ts"
import { type Operator, type StageServices, stateless } from "../../stage/Stage.ts"
import { countDecoded, type ObservationTally } from "./tally.ts"

export { makeTally, type ObservationTally } from "./tally.ts"

/** A time of receipt that somebody else wrote down is not believed when it is ahead of ours: it would let any sensor time pass. */
const believed = (observation: Observation, receivedAt: UtcTime): Observation =>
  observation.ingestTimestamp > receivedAt + mostAheadMillis
    ? { ...observation, ingestTimestamp: receivedAt }
    : observation

/** `tally`, if given, is added to: a count for people, no part of the result. */
export const decode = (
  registry: SensorRegistry,
  tally?: ObservationTally
): Operator<ReceivedRecord, Observation, never, StageServices> =>
  stateless({
    name: "decode",
    step: (events, emit) => {
      for (const event of events) {
        const { context, payload } = event
        const result = decodeRawRecord(payload.raw, payload, registry)
        if (Result.isFailure(result)) {
          emit.dead(event, result.failure.errorKind, result.failure.message)
          continue
        }
        const observation = believed(result.success, payload.receivedAt)
        const { observationId } = observation
        // A producer's trace goes on. A line that carries its own id begins the trace of that id, linked to the record's.
        const own = observationId !== context.id && isOwnTrace(payload.observationId, context.trace)
        if (tally !== undefined) countDecoded(tally, observation)
        const observed = {
          ...context,
          id: observationId,
          sourceId: observation.sourceId,
          sourceKind: observation.sourceKind,
          eventTime: observation.sensorTimestamp,
          ingestTime: observation.ingestTimestamp
        }
        if (!own) emit.event(event, observation, observed)
        else emit.begins(event, observation, observed, "observation")
      }
    }
  })
