/**
 * An integrated orbit from its epoch in one direction of time, made as far as it is asked for.
 *
 * Nodes of position, velocity and acceleration stand a step of the integrator apart (240 s in low orbit: 72 bytes each, 26 kB a day), and are
 * the same whatever was asked before. The transition from the epoch is kept at every fourth of them, once a covariance is asked for (70 kB a day).
 */
import type { UtcTime } from "../../time/UtcTime.ts"
import { nodeSize, quinticHermite } from "../integration/hermite.ts"
import { integrate, longestStep, type Step } from "../integration/integrate.ts"
import {
  extend,
  makeTransition,
  type NoiseDensity,
  resetTransition,
  type Transition
} from "../integration/transition.ts"
import type { Orbit } from "../tracking/numeric/Orbit.ts"
import type { OrbitDynamics } from "../tracking/numeric/OrbitDynamics.ts"

export interface OrbitArm {
  /** Position and velocity in GCRF into `out` (6); false past the end of the orbit. */
  readonly stateInto: (time: UtcTime, out: Float64Array) => boolean
  /** The transition from the epoch, good until the next call; `undefined` past the end of the orbit. */
  readonly transitionAt: (time: UtcTime) => Transition | undefined
}

const markEvery = 4

/** `sign`: 1 for times after the epoch, -1 for those before it. */
export const orbitArm = (dynamics: OrbitDynamics, orbit: Orbit, sign: 1 | -1): OrbitArm => {
  const { model } = dynamics
  const ballistic = orbit.state[6] ?? 0
  const noise: NoiseDensity = dynamics.noiseOf(ballistic)
  const times: Array<UtcTime> = [orbit.time]
  let nodes = new Float64Array(nodeSize * 8)
  for (let i = 0; i < 6; i++) nodes[i] = orbit.state[i] ?? 0
  const y = Float64Array.from(orbit.state.slice(0, 6))
  let ended = false
  const work = new Float64Array(6)
  const marks: Array<Transition> = []
  const answer = makeTransition()

  const keep = ({ nodes: made }: Step): void => {
    const at = (times.length - 1) * nodeSize
    if (nodes.length < at + 2 * nodeSize) {
      const larger = new Float64Array(2 * nodes.length)
      larger.set(nodes)
      nodes = larger
    }
    nodes.set(made, at)
  }
  /** Makes nodes until they reach a time; the index of the last one at or before it, or -1. */
  const reach = (time: UtcTime): number => {
    let last = times.at(-1) ?? orbit.time
    while (!ended && sign * (time - last) > 0) {
      const next = last + sign * 1000 * Math.max(1, longestStep(model, y))
      ended = !integrate(model, y, ballistic, last, next, keep)
      if (ended) break
      times.push(next)
      last = next
    }
    if (sign * (time - last) > 0) return -1
    let [low, high] = [0, times.length - 1]
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if (sign * ((times[middle] ?? 0) - time) <= 0) low = middle
      else high = middle
    }
    return low
  }
  const markAt = (index: number): Transition => {
    for (let k = marks.length; k <= index; k++) {
      const transition = makeTransition()
      resetTransition(transition)
      const before = marks[k - 1]
      if (before !== undefined) {
        transition.phi.set(before.phi)
        transition.noise.set(before.noise)
        carry(transition, markEvery * (k - 1), times[markEvery * k] ?? orbit.time)
      }
      marks.push(transition)
    }
    return marks[index] ?? answer
  }
  /** Extends a transition that stands at a node to a later time. */
  const carry = (transition: Transition, node: number, time: UtcTime): void => {
    for (let i = 0; i < 6; i++) work[i] = nodes[nodeSize * node + i] ?? 0
    integrate(model, work, ballistic, times[node] ?? orbit.time, time, (step) => extend(transition, step, noise))
  }

  return {
    stateInto: (time, out) => {
      if (time === orbit.time) {
        for (let i = 0; i < 6; i++) out[i] = orbit.state[i] ?? 0
        return true
      }
      const k = reach(time)
      const [from, to] = [times[k], times[k + 1]]
      if (k < 0 || from === undefined || to === undefined) return false
      quinticHermite(nodes, nodeSize * k, nodeSize * (k + 1), (to - from) / 1000, (time - from) / (to - from), out)
      return true
    },
    transitionAt: (time) => {
      const k = time === orbit.time ? 0 : reach(time)
      if (k < 0) return undefined
      const mark = Math.floor(k / markEvery)
      const { noise: gathered, phi } = markAt(mark)
      answer.phi.set(phi)
      answer.noise.set(gathered)
      carry(answer, mark * markEvery, time)
      return answer
    }
  }
}
