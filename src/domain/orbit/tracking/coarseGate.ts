/** The coarse gate: how far from where its catalogue elements put it an object may be measured. */
import type { Observation, Target } from "../../observation/Observation.ts"
import type { Sensor } from "../../observation/sensors/Sensor.ts"
import type { UtcTime } from "../../time/UtcTime.ts"
import { measured, predict, residual } from "../measurement/measurement.ts"
import type { State } from "../propagation/State.ts"

/** How far from its catalogue position an object may be measured, m: old elements are tens of kilometres off in-track. */
export const coarseMetres = 50_000

/** Metres across the line of sight, and along it, between a measurement and its prediction. */
const distance = (target: Target, predicted: ReadonlyArray<number>, range: number): number => {
  const difference = residual(target, predicted)
  const at = measured(target)
  switch (target._tag) {
    case "RangeRate": {
      let index = 0
      const along = target.range === undefined ? 0 : difference[index++] ?? 0
      if (target.rangeRate !== undefined) index++
      const azimuth = target.azimuth === undefined ? 0 : difference[index++] ?? 0
      const elevation = target.elevation === undefined ? 0 : difference[index++] ?? 0
      return Math.hypot(along, range * azimuth * Math.cos(target.elevation ?? 0), range * elevation)
    }
    case "Angular":
    case "AzimuthElevation":
      return range * Math.hypot((difference[0] ?? 0) * Math.cos(at[1] ?? 0), difference[1] ?? 0)
    case "StateVector":
      return Math.hypot(difference[0] ?? 0, difference[1] ?? 0, difference[2] ?? 0)
  }
}

/** Distance, m, of the measurement from where the object's elements put it; `undefined` when below the horizon or not predictable. */
export const miss = (observation: Observation, sensor: Sensor, time: UtcTime, state: State): number | undefined => {
  let range = 1
  if (sensor.observer !== undefined && observation.target._tag !== "StateVector") {
    const site = sensor.observer.at(time)
    const [x, y, z] = state.position
    const [dx, dy, dz] = [x - site.position[0], y - site.position[1], z - site.position[2]]
    range = Math.hypot(dx, dy, dz)
    // 0.05 rad below the horizon: what is near it may have been measured a little above.
    if (dx * site.up[0] + dy * site.up[1] + dz * site.up[2] < -0.05 * range) return undefined
  }
  const predicted = predict(sensor, observation.target, state, time)
  return predicted === undefined ? undefined : distance(observation.target, predicted, range)
}
