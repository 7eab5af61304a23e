/**
 * What was observed so far: a count for people and metrics, no part of the result. State: an entry a sensor.
 *
 * `decode` counts what it can read; `validate` says which times can be true. A record that is given up later therefore counts and never sets how
 * new a sensor's data is.
 */
import type { Observation, SourceKind } from "../../../domain/observation/Observation.ts"
import type { SensorNotes } from "../../../domain/observation/sensorHealth/SensorNotes.ts"
import type { UtcTime } from "../../../domain/time/UtcTime.ts"

export interface ObservationTally {
  readonly byKind: Map<SourceKind, number>
  readonly bySensor: Map<string, SensorTally>
  /** When decoding takes place; without it there is no `pipelineLagMillis`. */
  readonly now: () => UtcTime
  /** Whether observations of a source kind are left out. */
  readonly leavesOut: (sourceKind: string) => boolean
  /** Told of what the stages see of each sensor. */
  readonly notes?: SensorNotes | undefined
}

/** What was seen of one sensor; changed in place. Its newest time and its lags are of observations that can be true: `undefined` until there is one. */
export interface SensorTally {
  /** All that could be decoded. */
  observations: number
  /** The newest sensor time. */
  newest: UtcTime | undefined
  /** When the newest of its observations was received. */
  lastIngest: UtcTime
  /** Of the last observation: from sensor time to receipt, and from receipt to here (NaN without a clock). */
  sourceLagMillis: number | undefined
  pipelineLagMillis: number | undefined
}

export const makeTally = (
  now: () => UtcTime = () => Number.NaN,
  leavesOut: (sourceKind: string) => boolean = () => false,
  notes?: SensorNotes
): ObservationTally => ({
  byKind: new Map(),
  bySensor: new Map(),
  now,
  leavesOut,
  notes
})

const sensorOf = ({ bySensor }: ObservationTally, { ingestTimestamp, sourceId }: Observation): SensorTally => {
  const known = bySensor.get(sourceId)
  if (known !== undefined) return known
  const made: SensorTally = {
    observations: 0,
    newest: undefined,
    lastIngest: ingestTimestamp,
    sourceLagMillis: undefined,
    pipelineLagMillis: undefined
  }
  bySensor.set(sourceId, made)
  return made
}

/** Counts an observation that could be decoded. */
export const countDecoded = (tally: ObservationTally, observation: Observation): void => {
  const { ingestTimestamp, sourceKind } = observation
  if (tally.leavesOut(sourceKind)) return
  tally.byKind.set(sourceKind, (tally.byKind.get(sourceKind) ?? 0) + 1)
  const sensor = sensorOf(tally, observation)
  sensor.observations++
  if (ingestTimestamp > sensor.lastIngest) sensor.lastIngest = ingestTimestamp
  tally.notes?.decoded(observation)
}

/** Notes the times of an observation that can be true. `at`: now. */
export const noteTimes = (tally: ObservationTally, observation: Observation, at: UtcTime): void => {
  const { ingestTimestamp, sensorTimestamp, sourceKind } = observation
  if (tally.leavesOut(sourceKind)) return
  const sensor = sensorOf(tally, observation)
  if (sensor.newest === undefined || sensorTimestamp > sensor.newest) sensor.newest = sensorTimestamp
  sensor.sourceLagMillis = ingestTimestamp - sensorTimestamp
  sensor.pipelineLagMillis = at - ingestTimestamp
  tally.notes?.timed(observation)
}
