/**
 * Observations to the objects that they are of, by the catalogue alone: hint, then coarse and prior gates.
 *
 * What matches none, or several, goes on as {@link UncorrelatedObservation}; one of an unregistered source is a dead letter. Judged without the
 * tracks, so that the answer does not depend on what was observed before.
 *
 * Stateless; arrays and order kept. Cost: two to 14 SGP4 calls an observation.
 */
import type { Observation } from "../../../domain/observation/Observation.ts"
import type { SensorNotes } from "../../../domain/observation/sensorHealth/SensorNotes.ts"
import type { Sensor } from "../../../domain/observation/sensors/Sensor.ts"
import type { SensorRegistry } from "../../../domain/observation/sensors/SensorRegistry.ts"
import type { Candidates } from "../../../domain/orbit/tracking/candidates.ts"
import type { UncorrelatedObservation } from "../../../domain/orbit/tracking/TrackUpdate.ts"
import { type Operator, type StageServices, stateless } from "../../stage/Stage.ts"
import { registeredSensor } from "../observations/registeredSensor.ts"

/** An observation and the one object that it can be of. */
export interface MatchedObservation {
  readonly _tag: "MatchedObservation"
  readonly observation: Observation
  readonly sensor: Sensor
  readonly objectId: string
}

export const match = (options: {
  readonly candidates: Candidates
  readonly registry: SensorRegistry
  /** Told what each observation matched. */
  readonly notes?: SensorNotes | undefined
}): Operator<Observation, MatchedObservation | UncorrelatedObservation, never, StageServices> => {
  const { candidates, notes, registry } = options
  return stateless({
    name: "match",
    step: (events, emit) => {
      for (const event of events) {
        const { context, payload: observation } = event
        const sensor = registeredSensor(event, registry, emit)
        if (sensor === undefined) continue
        const matches = candidates.match(observation, sensor, context.eventTime)
        const [objectId] = matches
        if (notes !== undefined) {
          const { objectHint } = observation
          const known = objectHint !== undefined && candidates.propagatorOf(objectHint) !== undefined
          notes.matched(observation, matches.length === 1 ? objectId : undefined, known)
        }
        if (objectId !== undefined && matches.length === 1 && candidates.estimateOf(objectId) !== undefined) {
          emit.out(event, { _tag: "MatchedObservation", observation, sensor, objectId })
        } else {
          const reason = matches.length > 1 ? "ambiguous" : "unmatched"
          emit.out(event, { _tag: "UncorrelatedObservation", observation, reason, candidates: matches })
        }
      }
    }
  })
}
