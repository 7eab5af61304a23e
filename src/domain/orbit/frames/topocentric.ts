/** Where a satellite is seen from a site: range, range rate and angles. Geometric unless said otherwise; no refraction. */
import type { Corrections } from "../../observation/sensors/Sensor.ts"
import type { UtcTime } from "../../time/UtcTime.ts"
import type { InertialFrame, Observer } from "../measurement/Observer.ts"
import type { State } from "../propagation/State.ts"
import { earthVelocity } from "../propagation/Sun.ts"
import { rotate } from "./rotation.ts"

/** Range m, range rate m/s, azimuth rad in [0, 2 pi) from north through east, elevation rad. */
export interface Topocentric {
  readonly range: number
  readonly rangeRate: number
  readonly azimuth: number
  readonly elevation: number
}

/** Topocentric right ascension in [0, 2 pi) and declination, rad. */
export interface Direction {
  readonly rightAscension: number
  readonly declination: number
}

const turn = 2 * Math.PI
const lightSpeed = 299_792_458

const positive = (angle: number): number => angle < 0 ? angle + turn : angle

/**
 * Range, range rate, azimuth and elevation of a TEME state (m, m/s) at an instant. The range rate is the one a radar at rest on the turning
 * Earth measures. The time is that of the target: a radar's light time of some milliseconds is taken as corrected by its time stamp.
 */
export const topocentric = (observer: Observer, stateTeme: State, time: UtcTime): Topocentric => {
  const at = observer.at(time)
  const { position, velocity } = stateTeme
  const x = position[0] - at.position[0]
  const y = position[1] - at.position[1]
  const z = position[2] - at.position[2]
  const range = Math.sqrt(x * x + y * y + z * z)
  const east = x * at.east[0] + y * at.east[1] + z * at.east[2]
  const north = x * at.north[0] + y * at.north[1] + z * at.north[2]
  const up = x * at.up[0] + y * at.up[1] + z * at.up[2]
  const closing = x * (velocity[0] - at.velocity[0]) + y * (velocity[1] - at.velocity[1])
    + z * (velocity[2] - at.velocity[2])
  return {
    range,
    rangeRate: closing / range,
    azimuth: positive(Math.atan2(east, north)),
    elevation: Math.atan2(up, Math.sqrt(east * east + north * north))
  }
}

/**
 * Topocentric right ascension and declination of a TEME state (m, m/s) in the axes of `frame`.
 *
 * `corrections` says what the sensor has taken out already: with both true the direction is geometric; without `lightTime` it is to the
 * target's place one light time earlier; without `aberration` it is displaced against the Earth's velocity. Diurnal aberration (0.3
 * arcsecond) moves stars and satellite alike and drops out against the stars.
 */
export const rightAscensionDeclination = (
  observer: Observer,
  stateTeme: State,
  time: UtcTime,
  frame: InertialFrame,
  corrections: Corrections
): Direction => {
  const at = observer.at(time)
  const { position, velocity } = stateTeme
  let x = position[0] - at.position[0]
  let y = position[1] - at.position[1]
  let z = position[2] - at.position[2]
  if (!corrections.lightTime) {
    const delay = Math.sqrt(x * x + y * y + z * z) / lightSpeed
    x -= velocity[0] * delay
    y -= velocity[1] * delay
    z -= velocity[2] * delay
  }
  if (!corrections.aberration) {
    const scale = Math.sqrt(x * x + y * y + z * z) / lightSpeed
    const [vx, vy, vz] = earthVelocity(time)
    x -= scale * vx
    y -= scale * vy
    z -= scale * vz
  }
  const direction = rotate(observer.fromTeme(frame, time), [x, y, z])
  return {
    rightAscension: positive(Math.atan2(direction[1], direction[0])),
    declination: Math.atan2(
      direction[2],
      Math.sqrt(direction[0] * direction[0] + direction[1] * direction[1])
    )
  }
}
