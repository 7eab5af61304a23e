/** Orbits carried in time by a force model, their covariance with them. */
import type { UtcTime } from "../../../time/UtcTime.ts"
import { zeros } from "../../algebra/matrix.ts"
import type { ForceModel } from "../../forces/ForceModel.ts"
import { integrate } from "../../integration/integrate.ts"
import {
  carryCovariance,
  extend,
  makeTransition,
  type NoiseDensity,
  resetTransition,
  type Transition
} from "../../integration/transition.ts"
import type { Orbit } from "./Orbit.ts"
import { processNoise } from "./processNoise.ts"

export interface OrbitDynamics {
  readonly model: ForceModel
  readonly noiseOf: (ballistic: number) => NoiseDensity
  /**
   * The orbit at another time, with the transition there, which is good until the next call. `undefined` where the orbit has come
   * into the Earth. About 12 µs for 10 s, 0.3 ms for 40 minutes of a low orbit.
   */
  readonly carried: (orbit: Orbit, time: UtcTime) => Carried | undefined
}

export interface Carried {
  readonly orbit: Orbit
  readonly transition: Transition
}

const y = new Float64Array(6)
const p = new Float64Array(49)
const transition = makeTransition()

const plain = (values: Float64Array): Array<number> => {
  const out = zeros(values.length)
  for (let i = 0; i < values.length; i++) out[i] = values[i] ?? 0
  return out
}

export const makeOrbitDynamics = (model: ForceModel, noiseOf = processNoise(model.degree)): OrbitDynamics => {
  return {
    model,
    noiseOf,
    carried: (orbit, time) => {
      resetTransition(transition)
      if (time === orbit.time) return { orbit, transition }
      const ballistic = orbit.state[6] ?? 0
      const noise = noiseOf(ballistic)
      for (let i = 0; i < 6; i++) y[i] = orbit.state[i] ?? 0
      if (!integrate(model, y, ballistic, orbit.time, time, (step) => extend(transition, step, noise))) return undefined
      for (let i = 0; i < 49; i++) p[i] = orbit.covariance[i] ?? 0
      carryCovariance(transition.phi, p, p)
      for (let i = 0; i < 49; i++) p[i] = (p[i] ?? 0) + (transition.noise[i] ?? 0)
      const state = zeros(7)
      for (let i = 0; i < 6; i++) state[i] = y[i] ?? 0
      state[6] = ballistic
      return { orbit: { time, state, covariance: plain(p) }, transition }
    }
  }
}
