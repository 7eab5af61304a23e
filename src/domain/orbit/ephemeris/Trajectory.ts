/**
 * Where an object is at a time, whoever says so: SGP4, a track's own integration, a table of states.
 *
 * All that screening asks of an object. Frame TEME; m and m/s.
 */
import type { UtcTime } from "../../time/UtcTime.ts"
import type { StateFunction } from "../encounter/encounter.ts"
import type { Propagator } from "../propagation/Propagator.ts"

export interface Trajectory {
  readonly objectId: string
  /** x y z m, vx vy vz m/s into `out` from `offset`. False, and `out` untouched, where there is no state. */
  readonly stateInto: (time: UtcTime, out: Float64Array, offset?: number) => boolean
}

/** The trajectory that an object's elements give it. */
export const trajectoryOf = ({ elements, stateInto }: Propagator): Trajectory => ({
  objectId: elements.objectId,
  stateInto
})

/** The same as a function of time alone. */
export const stateFunctionOf = ({ stateInto }: Trajectory): StateFunction => {
  const at = new Float64Array(6)
  return (time) =>
    stateInto(time, at)
      ? {
        position: [at[0] ?? 0, at[1] ?? 0, at[2] ?? 0],
        velocity: [at[3] ?? 0, at[4] ?? 0, at[5] ?? 0]
      }
      : undefined
}
