/** Where a measurement says that its object is: a cheap test by which most of a catalogue can be left out. */
import type { Observation, Target, Vector3 } from "../../observation/Observation.ts"
import type { Sensor } from "../../observation/sensors/Sensor.ts"
import type { UtcTime } from "../../time/UtcTime.ts"
import { dot, norm, subtract } from "../algebra/vector3.ts"
import { convert } from "../frames/frames.ts"
import { rotateBack } from "../frames/rotation.ts"
import type { ObserverAt } from "./Observer.ts"

/** Whether a TEME position, m, is within so many metres of what was measured: across the line of sight, and along it if that was measured. */
type NearMeasured = (position: Vector3, within: number) => boolean

/** The unit vector of the angles from a longitude's origin `c` towards `s`, and up to `pole`. */
const direction = (longitude: number, latitude: number, c: Vector3, s: Vector3, pole: Vector3): Vector3 => {
  const [u, v, w] = [
    Math.cos(latitude) * Math.cos(longitude),
    Math.cos(latitude) * Math.sin(longitude),
    Math.sin(latitude)
  ]
  return [
    u * c[0] + v * s[0] + w * pole[0],
    u * c[1] + v * s[1] + w * pole[1],
    u * c[2] + v * s[2] + w * pole[2]
  ]
}

type Ground = Exclude<Target, { readonly _tag: "StateVector" }>

/** The line of sight in TEME, known biases taken off; `undefined` where not both angles were measured, or in an Earth-fixed frame. */
const lineOfSight = (target: Ground, sensor: Sensor, at: ObserverAt, time: UtcTime): Vector3 | undefined => {
  const { biases, observer } = sensor
  if (target._tag === "Angular") {
    if (observer === undefined || target.frame === "ITRF") return undefined
    const unit = direction(
      target.rightAscension - (biases.rightAscension ?? 0),
      target.declination - (biases.declination ?? 0),
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1]
    )
    return rotateBack(observer.fromTeme(target.frame, time), unit)
  }
  const { azimuth, elevation } = target
  if (azimuth === undefined || elevation === undefined) return undefined
  return direction(azimuth - (biases.azimuth ?? 0), elevation - (biases.elevation ?? 0), at.north, at.east, at.up)
}

/** The test for an observation. For a ground sensor what is more than 0.05 rad and `within` below the horizon is not near anything. */
export const nearMeasured = ({ target }: Observation, sensor: Sensor, time: UtcTime): NearMeasured => {
  if (target._tag === "StateVector") {
    const state = { position: target.position, velocity: [0, 0, 0] } as const
    const measured = convert(state, target.frame, "TEME", time, sensor.earthOrientation(time)).position
    return (position, within) => norm(subtract(position, measured)) <= within
  }
  const at = sensor.observer?.at(time)
  if (at === undefined) return () => false
  const sight = lineOfSight(target, sensor, at, time)
  const measuredRange = target._tag === "RangeRate" && target.range !== undefined
    ? target.range - (sensor.biases.range ?? 0)
    : undefined
  return (position, within) => {
    const line = subtract(position, at.position)
    const range = norm(line)
    if (!(dot(line, at.up) >= -0.05 * range - within)) return false
    if (measuredRange !== undefined && Math.abs(range - measuredRange) > within) return false
    if (sight === undefined) return true
    const along = dot(line, sight)
    return along > 0 && range * range - along * along <= within * within
  }
}
