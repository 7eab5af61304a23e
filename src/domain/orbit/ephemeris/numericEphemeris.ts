/**
 * The ephemeris of an integrated orbit, before and after its epoch.
 *
 * A query of a state costs 0.3 µs where the orbit was made already, 25 µs a step where it was not (9 ms a day of a low orbit); one of a
 * covariance up to four steps more. State held: the nodes and transitions made (see `orbitArm.ts`).
 *
 * {@link Base.moved} serves a track that is observed: a newer orbit of the same object that is near is carried by the transitions
 * of the base, some 0.1 ms a time asked for instead of a new integration. Its error is that of the linear step, the square of the difference over
 * the radius: 0.1 m for a kilometre.
 */
import type { UtcTime } from "../../time/UtcTime.ts"
import { place, surroundingsSize } from "../forces/Surroundings.ts"
import { carryCovariance, inverseTransition } from "../integration/transition.ts"
import type { State } from "../propagation/State.ts"
import type { Orbit } from "../tracking/numeric/Orbit.ts"
import type { OrbitDynamics } from "../tracking/numeric/OrbitDynamics.ts"
import type { Ephemeris } from "./Ephemeris.ts"
import { orbitArm } from "./orbitArm.ts"

export interface Base extends Ephemeris {
  readonly orbit: Orbit
  /** The ephemeris of a later orbit of the object, or `undefined` where that is more than `nearMetres` from this one. */
  readonly moved: (orbit: Orbit) => Ephemeris | undefined
}

/** m: 0.3 m of curvature. */
const nearMetres = 2000

const around = new Float64Array(surroundingsSize)
const y = new Float64Array(6)
const p = new Float64Array(49)
const q = new Float64Array(49)
const phi = new Float64Array(49)

/** A GCRF state in TEME, into `out`. */
const toTeme = (
  dynamics: OrbitDynamics,
  time: UtcTime,
  gcrf: Float64Array,
  out: Float64Array,
  offset: number
): void => {
  dynamics.model.surroundings.at(time, around)
  for (let i = 0; i < 6; i++) {
    const row = place.gcrfToTeme + 3 * (i % 3)
    const from = i < 3 ? 0 : 3
    let sum = 0
    for (let j = 0; j < 3; j++) sum += (around[row + j] ?? 0) * (gcrf[from + j] ?? 0)
    out[offset + i] = sum
  }
}

/** The position and velocity part of a 7 x 7 in GCRF as 6 x 6 in TEME. */
const covarianceToTeme = (dynamics: OrbitDynamics, time: UtcTime, gcrf: Float64Array, out: Float64Array): void => {
  dynamics.model.surroundings.at(time, around)
  for (let a = 0; a < 6; a += 3) {
    for (let b = 0; b < 6; b += 3) {
      for (let i = 0; i < 3; i++) {
        for (let j = 0; j < 3; j++) {
          let sum = 0
          for (let k = 0; k < 3; k++) {
            const left = around[place.gcrfToTeme + 3 * i + k] ?? 0
            for (let l = 0; l < 3; l++) {
              sum += left * (gcrf[7 * (a + k) + b + l] ?? 0) * (around[place.gcrfToTeme + 3 * j + l] ?? 0)
            }
          }
          out[6 * (a + i) + b + j] = sum
        }
      }
    }
  }
  for (let i = 0; i < 6; i++) {
    for (let j = 0; j < i; j++) {
      const mean = ((out[6 * i + j] ?? 0) + (out[6 * j + i] ?? 0)) / 2
      out[6 * i + j] = mean
      out[6 * j + i] = mean
    }
  }
}

const stateFrom = (into: Ephemeris["stateInto"]) => {
  const out = new Float64Array(6)
  return (time: UtcTime): State | undefined => {
    if (!into(time, out)) return undefined
    const [x = 0, u = 0, z = 0, vx = 0, vy = 0, vz = 0] = out
    return { position: [x, u, z], velocity: [vx, vy, vz] }
  }
}

const multiply7 = (a: Float64Array, b: Float64Array, out: Float64Array): void => {
  for (let i = 0; i < 7; i++) {
    for (let j = 0; j < 7; j++) {
      let sum = 0
      for (let k = 0; k < 7; k++) sum += (a[7 * i + k] ?? 0) * (b[7 * k + j] ?? 0)
      out[7 * i + j] = sum
    }
  }
}

export const numericEphemeris = (dynamics: OrbitDynamics, objectId: string, orbit: Orbit): Base => {
  const after = orbitArm(dynamics, orbit, 1)
  const before = orbitArm(dynamics, orbit, -1)
  const armAt = (time: UtcTime) => time >= orbit.time ? after : before

  const stateInto: Ephemeris["stateInto"] = (time, out, offset = 0) => {
    if (!armAt(time).stateInto(time, y)) return false
    toTeme(dynamics, time, y, out, offset)
    return true
  }

  const moved = (newer: Orbit): Ephemeris | undefined => {
    if (!armAt(newer.time).stateInto(newer.time, y)) return undefined
    const delta = Float64Array.from(newer.state, (value, i) => value - (i < 6 ? y[i] ?? 0 : orbit.state[6] ?? 0))
    if (Math.hypot(delta[0] ?? 0, delta[1] ?? 0, delta[2] ?? 0) > nearMetres) return undefined
    const there = armAt(newer.time).transitionAt(newer.time)
    if (there === undefined) return undefined
    const back = inverseTransition(there.phi)
    const known = Float64Array.from(there.noise)
    const covariance = Float64Array.from(newer.covariance)
    /** From the newer orbit's time to another: into {@link phi}, the noise since the base's epoch in the answer. */
    const carryTo = (time: UtcTime) => {
      const transition = armAt(time).transitionAt(time)
      if (transition !== undefined) multiply7(transition.phi, back, phi)
      return transition
    }
    const movedInto: Ephemeris["stateInto"] = (time, out, offset = 0) => {
      if (carryTo(time) === undefined || !armAt(time).stateInto(time, y)) return false
      for (let i = 0; i < 6; i++) {
        let sum = 0
        for (let j = 0; j < 7; j++) sum += (phi[7 * i + j] ?? 0) * (delta[j] ?? 0)
        y[i] = (y[i] ?? 0) + sum
      }
      toTeme(dynamics, time, y, out, offset)
      return true
    }
    return {
      objectId,
      stateAt: stateFrom(movedInto),
      stateInto: movedInto,
      covarianceInto: (time, out) => {
        const transition = carryTo(time)
        if (transition === undefined) return false
        // The noise gathered since the newer orbit is what was gathered in all, less what was by then.
        for (let i = 0; i < 49; i++) p[i] = (covariance[i] ?? 0) - (known[i] ?? 0)
        carryCovariance(phi, p, q)
        for (let i = 0; i < 49; i++) q[i] = (q[i] ?? 0) + (transition.noise[i] ?? 0)
        covarianceToTeme(dynamics, time, q, out)
        return true
      }
    }
  }

  return {
    objectId,
    orbit,
    stateAt: stateFrom(stateInto),
    stateInto,
    covarianceInto: (time, out) => {
      const transition = armAt(time).transitionAt(time)
      if (transition === undefined) return false
      for (let i = 0; i < 49; i++) p[i] = orbit.covariance[i] ?? 0
      carryCovariance(transition.phi, p, q)
      for (let i = 0; i < 49; i++) q[i] = (q[i] ?? 0) + (transition.noise[i] ?? 0)
      covarianceToTeme(dynamics, time, q, out)
      return true
    },
    moved
  }
}
