/**
 * Track updates with the conjunctions that the catalogue foresees for their object.
 *
 * The catalogue is screened all against all, hour by hour as event time needs it, over `horizonMillis` ahead of each update and at
 * `thresholdMetres`: the limit of interest plus a margin for what tracks move. Between hours the fiber yields, so that sources are served
 * while a large catalogue is screened; the events wait (backpressure), in the log.
 *
 * Arrays and order kept. State: the conjunctions of the hours screened, about 200 bytes each; hours more than one hour in the past are let go.
 */
import { Effect } from "effect"
import { type Conjunction, makeConjunction } from "../../domain/alert/Conjunction.ts"
import type { MeanElements } from "../../domain/orbit/MeanElements.ts"
import { type ScreenObject, screenSlice } from "../../domain/orbit/screen.ts"
import type { TrackUpdate } from "../../domain/orbit/TrackUpdate.ts"
import type { UtcTime } from "../../domain/UtcTime.ts"
import { effectful, type Operator, type StageServices } from "../Stage.ts"

export interface ScreenedUpdate {
  readonly track: TrackUpdate
  readonly conjunctions: ReadonlyArray<Conjunction>
}
