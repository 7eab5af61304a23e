/** Position and velocity at an instant, SI, and the frame they are in. */
import type { Frame, Vector3 } from "../../observation/Observation.ts"
import type { UtcTime } from "../../time/UtcTime.ts"

/** Position m, velocity m/s. The frame and time are said by whoever hands it over. */
export interface State {
  readonly position: Vector3
  readonly velocity: Vector3
}

/** A state that names its own frame and time. */
export interface StateAt extends State {
  readonly time: UtcTime
  readonly frame: Frame
}
