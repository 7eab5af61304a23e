/** Observations onto tracks: `match`, then `track`. */
import type { Observation } from "../../../domain/observation/Observation.ts"
import type { SensorNotes } from "../../../domain/observation/sensorHealth/SensorNotes.ts"
import type { SensorRegistry } from "../../../domain/observation/sensors/SensorRegistry.ts"
import type { Candidates } from "../../../domain/orbit/tracking/candidates.ts"
import type { Dynamics } from "../../../domain/orbit/tracking/Dynamics.ts"
import type { Association } from "../../../domain/orbit/tracking/TrackUpdate.ts"
import { andThen, type Operator, type StageServices } from "../../stage/Stage.ts"
import type { Synthetics } from "../Synthetics.ts"
import { match } from "./match.ts"
import { track } from "./track.ts"

export const associate = (options: {
  readonly candidates: Candidates
  readonly registry: SensorRegistry
  readonly allowedLatenessMillis: number
  readonly dynamics?: Dynamics
  readonly synthetics?: Synthetics
  readonly notes?: SensorNotes | undefined
}): Operator<Observation, Association, never, StageServices> => andThen(match(options), track(options))
