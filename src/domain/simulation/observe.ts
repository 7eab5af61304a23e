/**
 * What a sensor gives for a true state: the pipeline's own measurement model (checked elsewhere against published vectors), plus the
 * sensor's known biases, noise and slow bias.
 */
import type { Target } from "../observation/Observation.ts"
import type { Sensor } from "../observation/sensors/Sensor.ts"
import { predict, wrap } from "../orbit/measurement/measurement.ts"
import type { State } from "../orbit/propagation/State.ts"
import type { UtcTime } from "../time/UtcTime.ts"
import type { FlownSensor } from "./Emission.ts"
import { stream } from "./random.ts"
import { type ComponentError, componentError } from "./sensorNoise.ts"

/** Gives the target a sensor measures of a TEME state at a time, or `undefined` when it is under the mask. */
export type Observe = (state: State, time: UtcTime) => Target | undefined

const anyRange: Target = { _tag: "RangeRate", range: 0, rangeRate: 0, azimuth: 0, elevation: 0 }
const anyState: Target = { _tag: "StateVector", position: [0, 0, 0], velocity: [0, 0, 0], frame: "EME2000" }

const turn = 2 * Math.PI
const circle = (angle: number): number => (angle % turn + turn) % turn

const radar = (
  sensor: Sensor,
  error: (component: "range" | "rangeRate" | "azimuth" | "elevation") => ComponentError
) => {
  const [range, rangeRate, azimuth, elevation] = [
    error("range"),
    error("rangeRate"),
    error("azimuth"),
    error("elevation")
  ]
  return (state: State, time: UtcTime): Target | undefined => {
    const seen = predict(sensor, anyRange, state, time)
    if (seen === undefined) return undefined
    const [r = 0, rate = 0, az = 0, el = 0] = seen
    if (el - (sensor.biases.elevation ?? 0) < sensor.mask.minimumElevation) return undefined
    return {
      _tag: "RangeRate",
      range: r + range(time),
      rangeRate: rate + rangeRate(time),
      azimuth: circle(az + azimuth(time)),
      elevation: el + elevation(time)
    }
  }
}

const telescope = (sensor: Sensor, error: (component: "rightAscension" | "declination") => ComponentError) => {
  const frame = sensor.angleFrame
  const any: Target = { _tag: "Angular", rightAscension: 0, declination: 0, frame }
  const [rightAscension, declination] = [error("rightAscension"), error("declination")]
  return (state: State, time: UtcTime): Target | undefined => {
    const seen = predict(sensor, any, state, time)
    if (seen === undefined) return undefined
    const [ra = 0, dec = 0] = seen
    // The sigma is of the coordinate itself, as the registry has it.
    const measured = dec + declination(time)
    return {
      _tag: "Angular",
      rightAscension: circle(ra + rightAscension(time)),
      declination: wrap(measured),
      frame
    }
  }
}

const beacon = (sensor: Sensor, error: (component: string, sigma: number) => ComponentError) => {
  const position = ["x", "y", "z"].map((axis) => error(axis, sensor.sigmas.position ?? 0))
  const velocity = ["vx", "vy", "vz"].map((axis) => error(axis, sensor.sigmas.velocity ?? 0))
  return (state: State, time: UtcTime): Target | undefined => {
    const seen = predict(sensor, anyState, state, time)
    if (seen === undefined) return undefined
    const at = (index: number, errors: ReadonlyArray<ComponentError>): number =>
      (seen[index] ?? 0) + (errors[index % 3]?.(time) ?? 0)
    return {
      _tag: "StateVector",
      position: [at(0, position), at(1, position), at(2, position)],
      velocity: [at(3, velocity), at(4, velocity), at(5, velocity)],
      frame: "EME2000"
    }
  }
}

/** The measuring of one sensor. State: its noise stream, drawn from in the order of the calls. */
export const observing = (seed: number, sensor: FlownSensor): Observe => {
  const noise = stream(seed, "noise", sensor.sourceId)
  const of = (component: string, sigma: number) => componentError(seed, sensor.sourceId, component, sigma, noise)
  switch (sensor.kind) {
    case "radar":
      return radar(sensor, (component) => of(component, sensor.sigmas[component] ?? 0))
    case "optical":
      return telescope(sensor, (component) => of(component, sensor.sigmas[component] ?? 0))
    case "isl":
      return beacon(sensor, of)
  }
}
