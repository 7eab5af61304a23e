/**
 * The measurement model: what a sensor would measure of a state, and how a measurement differs from it.
 *
 * Vectors hold the components that are present in a target, in this order: range, rangeRate, azimuth, elevation | rightAscension,
 * declination | azimuth, elevation | x, y, z, and vx, vy, vz when it has a velocity.
 */
import type { Observation, Target } from "../../observation/Observation.ts"
import type { PerComponent, Sensor } from "../../observation/sensors/Sensor.ts"
import type { UtcTime } from "../../time/UtcTime.ts"
import { zeros } from "../algebra/matrix.ts"
import { convert } from "../frames/frames.ts"
import { rightAscensionDeclination, topocentric } from "../frames/topocentric.ts"
import type { State } from "../propagation/State.ts"

const turn = 2 * Math.PI

/** Number of components of a target. */
export const dimension = (target: Target): number => {
  switch (target._tag) {
    case "RangeRate":
      return (target.range === undefined ? 0 : 1) + (target.rangeRate === undefined ? 0 : 1)
        + (target.azimuth === undefined ? 0 : 1) + (target.elevation === undefined ? 0 : 1)
    case "Angular":
    case "AzimuthElevation":
      return 2
    case "StateVector":
      return target.velocity === undefined ? 3 : 6
  }
}

/** What was measured, as a vector. */
export const measured = (target: Target): Array<number> => {
  switch (target._tag) {
    case "RangeRate": {
      const vector = zeros(dimension(target))
      let index = 0
      if (target.range !== undefined) vector[index++] = target.range
      if (target.rangeRate !== undefined) vector[index++] = target.rangeRate
      if (target.azimuth !== undefined) vector[index++] = target.azimuth
      if (target.elevation !== undefined) vector[index++] = target.elevation
      return vector
    }
    case "Angular":
      return [target.rightAscension, target.declination]
    case "AzimuthElevation":
      return [target.azimuth, target.elevation]
    case "StateVector":
      return [...target.position, ...(target.velocity ?? [])]
  }
}

/**
 * What `sensor` would measure of a TEME state (m, m/s) at `time`, its known biases included.
 *
 * `undefined` when it cannot be said: a ground measurement by a sensor without a site, or right ascension in an Earth-fixed frame. About a
 * microsecond for repeated calls at one time.
 */
export const predict = (
  sensor: Sensor,
  target: Target,
  stateTeme: State,
  time: UtcTime
): Array<number> | undefined => {
  const { biases, observer } = sensor
  switch (target._tag) {
    case "RangeRate": {
      if (observer === undefined) return undefined
      const seen = topocentric(observer, stateTeme, time)
      const vector = zeros(dimension(target))
      let index = 0
      if (target.range !== undefined) vector[index++] = seen.range + (biases.range ?? 0)
      if (target.rangeRate !== undefined) vector[index++] = seen.rangeRate + (biases.rangeRate ?? 0)
      if (target.azimuth !== undefined) vector[index++] = seen.azimuth + (biases.azimuth ?? 0)
      if (target.elevation !== undefined) vector[index++] = seen.elevation + (biases.elevation ?? 0)
      return vector
    }
    case "Angular": {
      if (observer === undefined || target.frame === "ITRF") return undefined
      const seen = rightAscensionDeclination(observer, stateTeme, time, target.frame, sensor.corrections)
      return [seen.rightAscension + (biases.rightAscension ?? 0), seen.declination + (biases.declination ?? 0)]
    }
    case "AzimuthElevation": {
      if (observer === undefined) return undefined
      const seen = topocentric(observer, stateTeme, time)
      return [seen.azimuth + (biases.azimuth ?? 0), seen.elevation + (biases.elevation ?? 0)]
    }
    case "StateVector": {
      const { position, velocity } = convert(stateTeme, "TEME", target.frame, time, sensor.earthOrientation(time))
      const [p, v] = [biases.position ?? 0, biases.velocity ?? 0]
      return target.velocity === undefined
        ? [position[0] + p, position[1] + p, position[2] + p]
        : [position[0] + p, position[1] + p, position[2] + p, velocity[0] + v, velocity[1] + v, velocity[2] + v]
    }
  }
}

/** An angle in [-pi, pi]. */
export const wrap = (angle: number): number => angle - turn * Math.round(angle / turn)

/** Index of the component of a target that goes round the circle, or -1. */
const circular = (target: Target): number => {
  switch (target._tag) {
    case "RangeRate":
      return target.azimuth === undefined
        ? -1
        : (target.range === undefined ? 0 : 1) + (target.rangeRate === undefined ? 0 : 1)
    case "Angular":
    case "AzimuthElevation":
      return 0
    case "StateVector":
      return -1
  }
}

/** Measured minus predicted, azimuth and right ascension in [-pi, pi]. */
export const residual = (target: Target, predicted: ReadonlyArray<number>): Array<number> => {
  const difference = measured(target)
  for (let i = 0; i < difference.length; i++) difference[i] = (difference[i] ?? 0) - (predicted[i] ?? Number.NaN)
  const index = circular(target)
  const angle = difference[index]
  if (angle !== undefined) difference[index] = wrap(angle)
  return difference
}

const radarComponents = ["range", "rangeRate", "azimuth", "elevation"] as const
const directionComponents = ["rightAscension", "declination"] as const
const angleComponents = ["azimuth", "elevation"] as const
const positionComponents = ["position", "position", "position"] as const
const stateComponents = [...positionComponents, "velocity", "velocity", "velocity"] as const

/** Names of the components of a target, in vector order; `position` and `velocity` stand for one axis each. */
export const componentsOf = (target: Target): ReadonlyArray<keyof PerComponent> => {
  switch (target._tag) {
    case "RangeRate":
      return radarComponents.filter((name) => target[name] !== undefined)
    case "Angular":
      return directionComponents
    case "AzimuthElevation":
      return angleComponents
    case "StateVector":
      return target.velocity === undefined ? positionComponents : stateComponents
  }
}

/**
 * The measurement's covariance, row by row: the observation's own covariance if it has one, else the squares of its sigmas, each absent one
 * from the sensor. `undefined` when a sigma is known to neither or is not positive, or when a covariance is not of the target's size.
 */
export const covarianceOf = (
  observation: Pick<Observation, "target" | "uncertainty">,
  sensor: Pick<Sensor, "sigmas">
): Array<number> | undefined => {
  const { target, uncertainty } = observation
  const n = dimension(target)
  if (uncertainty.covariance !== undefined) {
    const rows = uncertainty.covariance
    if (rows.length !== n || rows.some((row) => row.length !== n)) return undefined
    return rows.flat()
  }
  const matrix = zeros(n * n)
  const names = componentsOf(target)
  for (let index = 0; index < n; index++) {
    const name = names[index]
    const sigma = name === undefined ? undefined : uncertainty[name] ?? sensor.sigmas[name]
    if (sigma === undefined || !(sigma > 0)) return undefined
    matrix[index * (n + 1)] = sigma * sigma
  }
  return matrix
}

/** The instant, UTC, of a time stamp of a sensor whose clock error is known. */
export const measurementTime = (sensor: Pick<Sensor, "clockOffset">, timestamp: UtcTime): UtcTime =>
  timestamp - sensor.clockOffset * 1000
