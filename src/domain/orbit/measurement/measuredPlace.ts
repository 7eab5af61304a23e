/** Where a measurement says that its object is: a cheap test by which most of a catalogue can be left out. */
import type { Observation, Target, Vector3 } from "../../observation/Observation.ts"
import type { Sensor } from "../../observation/sensors/Sensor.ts"
import type { UtcTime } from "../../time/UtcTime.ts"
import { convert } from "../frames/frames.ts"
import { rotateBack } from "../frames/rotation.ts"
import type { ObserverAt } from "./Observer.ts"

/** Whether a TEME position x y z, m, is within so many metres of what was measured: across the line of sight, and along it if that was measured. */
export type NearMeasured = (x: number, y: number, z: number, within: number) => boolean

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

/** What was measured, as a stretch of a line, and the test itself. */
export interface MeasuredPlace {
  readonly origin: Vector3
  /** Unit vector. */
  readonly direction: Vector3
  /** From and to along it, m: both 0 for a position, to Infinity for a direction alone. */
  readonly from: number
  readonly to: number
  readonly isNear: NearMeasured
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

/**
 * Where an observation says its object is. Every position that is near it within `margin` or less is at most `margin` from the line's stretch. The test alone where
 * not even a line of sight was measured; `undefined` where the sensor has no site. For a ground sensor what is more than 0.05 rad
 * and `within` below the horizon is not near anything.
 */
export const measuredPlace = (
  { target }: Observation,
  sensor: Sensor,
  time: UtcTime,
  margin: number
): MeasuredPlace | NearMeasured | undefined => {
  if (target._tag === "StateVector") {
    const state = { position: target.position, velocity: [0, 0, 0] } as const
    const measured = convert(state, target.frame, "TEME", time, sensor.earthOrientation(time)).position
    return {
      origin: measured,
      direction: [0, 0, 1],
      from: 0,
      to: 0,
      isNear: (x, y, z, within) => Math.hypot(x - measured[0], y - measured[1], z - measured[2]) <= within
    }
  }
  const at = sensor.observer?.at(time)
  if (at === undefined) return undefined
  const sight = lineOfSight(target, sensor, at, time)
  const measuredRange = target._tag === "RangeRate" && target.range !== undefined
    ? target.range - (sensor.biases.range ?? 0)
    : undefined
  const [[siteX, siteY, siteZ], [upX, upY, upZ]] = [at.position, at.up]
  const [sightX, sightY, sightZ] = sight ?? at.up
  const isNear: NearMeasured = (x, y, z, within) => {
    const [dx, dy, dz] = [x - siteX, y - siteY, z - siteZ]
    const range2 = dx * dx + dy * dy + dz * dz
    const range = Math.sqrt(range2)
    if (!(dx * upX + dy * upY + dz * upZ >= -0.05 * range - within)) return false
    if (measuredRange !== undefined && Math.abs(range - measuredRange) > within) return false
    if (sight === undefined) return true
    const along = dx * sightX + dy * sightY + dz * sightZ
    return along > 0 && range2 - along * along <= within * within
  }
  if (sight === undefined) return isNear
  // Along the line it is as far as its range, or a little less where it stands off the line.
  const nearest = Math.max(0, (measuredRange ?? 0) - margin)
  return {
    origin: at.position,
    direction: sight,
    from: Math.sqrt(Math.max(0, nearest * nearest - margin * margin)),
    to: measuredRange === undefined ? Infinity : Math.max(0, measuredRange + margin),
    isNear
  }
}
