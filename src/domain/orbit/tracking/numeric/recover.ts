/**
 * The way back from a manoeuvre: from the end of the last pass, the velocity opened at four places in the gap, the pass replayed.
 *
 * Where the burn was in the gap is not known, nor how large; an opened velocity lets the observations say both. Should that not fit them, the
 * burn may have been within the pass: then the velocity is opened at its last accepted observation, and what was refused is replayed.
 */
import type { Sensor } from "../../../observation/sensors/Sensor.ts"
import type { UtcTime } from "../../../time/UtcTime.ts"
import { rtnBasis } from "../../algebra/vector3.ts"
import type { Heard } from "../../measurement/sensorBias.ts"
import { absorb } from "./absorb.ts"
import type { KeptMeasurement } from "./NumericEstimate.ts"
import type { Orbit } from "./Orbit.ts"
import type { OrbitDynamics } from "./OrbitDynamics.ts"

/** m/s at each place, along the track and across it. */
const alongTrack = 1
const acrossTrack = 0.3
const places = 4
/** Part of the replayed measurements that must pass the gate. */
const enough = 0.8

/** The velocity's covariance opened by `scale` times the sigmas. */
const opened = (orbit: Orbit, scale: number): Orbit => {
  const [x = 0, y = 0, z = 0, vx = 0, vy = 0, vz = 0] = orbit.state
  const basis = rtnBasis({ position: [x, y, z], velocity: [vx, vy, vz] })
  const covariance = orbit.covariance.slice()
  for (const [axis, sigma] of [[basis.x, acrossTrack], [basis.y, alongTrack], [basis.z, acrossTrack]] as const) {
    for (let i = 0; i < 3; i++) {
      for (let j = 0; j < 3; j++) {
        const at = 7 * (3 + i) + 3 + j
        covariance[at] = (covariance[at] ?? 0) + (scale * sigma) ** 2 * (axis[i] ?? 0) * (axis[j] ?? 0)
      }
    }
  }
  return { ...orbit, covariance }
}

export interface Recovered {
  readonly orbit: Orbit
  readonly heard: ReadonlyArray<Heard>
  readonly accepted: number
}

/** Opens an orbit in the gap before the first measurement and replays them; `undefined` where too few fit. */
export const replay = (
  dynamics: OrbitDynamics,
  sensorOf: (sourceId: string) => Sensor | undefined,
  before: Orbit,
  heardBefore: ReadonlyArray<Heard>,
  measurements: ReadonlyArray<KeptMeasurement>,
  scale: number
): Recovered | undefined => {
  const [first] = measurements
  if (first === undefined) return undefined
  let orbit = before
  const gap = first.time - before.time
  for (let i = 0; i < places; i++) {
    const time: UtcTime = before.time + gap * (i + 0.5) / places
    const there = dynamics.carried(orbit, time)
    if (there === undefined) return undefined
    orbit = opened(there.orbit, scale)
  }
  let heard = heardBefore
  let accepted = 0
  for (const measurement of measurements) {
    const sensor = sensorOf(measurement.sourceId)
    const there = dynamics.carried(orbit, measurement.time)
    if (there === undefined) return undefined
    orbit = there.orbit
    const taken = sensor && absorb(dynamics, orbit, heard, measurement, sensor)
    if (taken === undefined || !taken.innovation.accepted) continue
    orbit = taken.orbit
    heard = taken.heard
    accepted++
  }
  return accepted >= enough * measurements.length ? { orbit, heard, accepted } : undefined
}
