/**
 * Raw records into observations, by their wire format.
 *
 * Stateless; arrays and order kept. What cannot be read is a dead letter that keeps the raw bytes: `Deserialization` for a wrong length
 * or form, `SchemaMismatch` for a record that is read but not an observation, `ValidationFailed` for a source nobody registered.
 */
import { Result } from "effect"
import { decodeRawRecord } from "../../domain/observation/formats/decodeRawRecord.ts"
import type { Observation, SourceKind } from "../../domain/observation/Observation.ts"
import type { ReceivedRecord } from "../../domain/observation/ReceivedRecord.ts"
import type { SensorRegistry } from "../../domain/observation/sensors/SensorRegistry.ts"
import type { UtcTime } from "../../domain/time/UtcTime.ts"
import { isOwnTrace } from "../../domain/tracing/ownTrace.ts"
import { type Operator, type StageServices, stateless } from "../stage/Stage.ts"

/** Observations decoded so far, canaries left out: by kind and by sensor. State: an entry a sensor. */
export interface ObservationTally {
  readonly byKind: Map<SourceKind, number>
  readonly bySensor: Map<string, SensorTally>
  /** When decoding takes place; without it there is no `pipelineLagMillis`. */
  readonly now: () => UtcTime
}

/** What was seen of one sensor; changed in place. */
interface SensorTally {
  observations: number
  /** The newest sensor time. */
  newest: UtcTime
  /** When the newest of its observations was received. */
  lastIngest: UtcTime
  /** Of the last observation: from sensor time to receipt, and from receipt to decoding (NaN without a clock). */
  sourceLagMillis: number
  pipelineLagMillis: number
}

export const makeTally = (now: () => UtcTime = () => Number.NaN): ObservationTally => ({
  byKind: new Map(),
  bySensor: new Map(),
  now
})

const count = (
  { byKind, bySensor }: ObservationTally,
  { ingestTimestamp, sensorTimestamp, sourceId, sourceKind }: Observation,
  at: UtcTime
): void => {
  byKind.set(sourceKind, (byKind.get(sourceKind) ?? 0) + 1)
  const sourceLagMillis = ingestTimestamp - sensorTimestamp
  const pipelineLagMillis = at - ingestTimestamp
  const known = bySensor.get(sourceId)
  if (known === undefined) {
    bySensor.set(sourceId, {
      observations: 1,
      newest: sensorTimestamp,
      lastIngest: ingestTimestamp,
      sourceLagMillis,
      pipelineLagMillis
    })
    return
  }
  known.observations++
  if (sensorTimestamp > known.newest) known.newest = sensorTimestamp
  if (ingestTimestamp > known.lastIngest) known.lastIngest = ingestTimestamp
  known.sourceLagMillis = sourceLagMillis
  known.pipelineLagMillis = pipelineLagMillis
}

/** `tally`, if given, is added to: a count for people, no part of the result. */
export const decode = (
  registry: SensorRegistry,
  tally?: ObservationTally
): Operator<ReceivedRecord, Observation, never, StageServices> =>
  stateless({
    name: "decode",
    step: (events, emit) => {
      const at = tally?.now() ?? Number.NaN
      for (const event of events) {
        const { context, payload } = event
        const result = decodeRawRecord(payload.raw, payload, registry)
        if (Result.isFailure(result)) {
          emit.dead(event, result.failure.errorKind, result.failure.message)
          continue
        }
        const observation = result.success
        const { observationId } = observation
        // A producer's trace goes on. A line that carries its own id begins the trace of that id, linked to the record's.
        const own = observationId !== context.id && isOwnTrace(payload.observationId, context.trace)
        if (tally !== undefined && observation.sourceKind !== "canary") count(tally, observation, at)
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
