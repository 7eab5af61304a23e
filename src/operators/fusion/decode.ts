/**
 * Raw records into observations, by their wire format.
 *
 * Stateless; arrays and order kept. What cannot be read is a dead letter that keeps the raw bytes: `Deserialization` for a wrong length
 * or form, `SchemaMismatch` for a record that is read but not an observation, `ValidationFailed` for a source nobody registered.
 */
import { Result } from "effect"
import { decodeRawRecord } from "../../domain/observation/decodeRawRecord.ts"
import type { Observation, SourceKind } from "../../domain/observation/Observation.ts"
import { traceIdOf } from "../../domain/observation/observationId.ts"
import type { ReceivedRecord } from "../../domain/observation/ReceivedRecord.ts"
import type { SensorRegistry } from "../../domain/observation/SensorRegistry.ts"
import type { UtcTime } from "../../domain/UtcTime.ts"
import { type Operator, type StageServices, stateless } from "../Stage.ts"

/** Observations decoded so far: by kind, and for every sensor how many and the newest sensor time. State: an entry a sensor. */
export interface ObservationTally {
  readonly byKind: Map<SourceKind, number>
  readonly bySensor: Map<string, SensorTally>
}

export interface SensorTally {
  readonly observations: number
  readonly newest: UtcTime
}

export const makeTally = (): ObservationTally => ({ byKind: new Map(), bySensor: new Map() })

const count = (
  { byKind, bySensor }: ObservationTally,
  { sensorTimestamp, sourceId, sourceKind }: Observation
): void => {
  byKind.set(sourceKind, (byKind.get(sourceKind) ?? 0) + 1)
  const known = bySensor.get(sourceId)
  bySensor.set(sourceId, {
    observations: (known?.observations ?? 0) + 1,
    newest: Math.max(known?.newest ?? sensorTimestamp, sensorTimestamp)
  })
}

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
        const observation = result.success
        const { observationId } = observation
        const { trace } = context
        // A producer's trace goes on; a trace of the record's own is that of the observation inside it.
        const own = observationId !== context.id && trace.traceId === traceIdOf(payload.observationId)
        if (tally !== undefined) count(tally, observation)
        emit.event(event, observation, {
          ...context,
          id: observationId,
          sourceId: observation.sourceId,
          sourceKind: observation.sourceKind,
          eventTime: observation.sensorTimestamp,
          ingestTime: observation.ingestTimestamp,
          trace: own ? { ...trace, traceId: traceIdOf(observationId) } : trace
        })
      }
    }
  })
