/**
 * An orbit from one time to another: the steps, and what the transition matrix wants to know of each.
 *
 * A step is as long as the place allows, by the angle that a circular orbit there would turn: one step of order 4 for the seconds between
 * observations, steps of order 8 otherwise (240 s in low orbit: 3 cm a day at degree 20). It depends on the state alone, so the same
 * state and times give the same bits. Backwards too.
 */
import type { UtcTime } from "../../time/UtcTime.ts"
import type { ForceModel } from "../forces/ForceModel.ts"
import { dop853Step } from "./dop853.ts"
import { nodeSize } from "./hermite.ts"
import { nystromStep } from "./nystrom.ts"

/** rad: 20 s in low orbit. */
const shortAngle = 0.022
/** rad, for a field of degree 20; finer fields want shorter steps. */
const longAngle = 0.26
/** s: shadow and air change faster than a distant orbit turns. */
const longest = 600

/** m/s */
const fastest = 13_000
/** m: under it there is no orbit. */
const lowestRadius = 6_420_000

const gravitationalParameter = 3.986004415e14

/** rad/s: the rate of a circular orbit at a radius. */
export const circularRate = (radius: number): number => Math.sqrt(gravitationalParameter / (radius * radius * radius))

const radiusOf = (y: Float64Array): number => {
  const x0 = y[0] ?? 0
  const x1 = y[1] ?? 0
  const x2 = y[2] ?? 0
  return Math.sqrt(x0 * x0 + x1 * x1 + x2 * x2)
}

/** Seconds of the longest step that a state allows. */
export const longestStep = (model: ForceModel, y: Float64Array): number =>
  Math.min(longest, longAngle * Math.min(1, 20 / model.degree) / circularRate(radiusOf(y)))

/**
 * A step that was made: nodes of position, velocity and acceleration at its start (from 0) and end (from {@link nodeSize}), and what a
 * ballistic coefficient of one would add to the acceleration at either. Of a short step only the start is known, and the end's position.
 */
export interface Step {
  readonly nodes: Float64Array
  readonly perUnit: Float64Array
  start: UtcTime
  seconds: number
  short: boolean
}

const step: Step = {
  nodes: new Float64Array(2 * nodeSize),
  perUnit: new Float64Array(6),
  start: 0,
  seconds: 0,
  short: false
}
const first = new Float64Array(6)
const forces = new Float64Array(6)

/** Fills the start or the end of the step. */
const note = (model: ForceModel, time: UtcTime, y: Float64Array, ballistic: number, end: 0 | 1): void => {
  model.accelerations(time, y, ballistic, forces)
  const { nodes, perUnit } = step
  for (let i = 0; i < 6; i++) nodes[end * nodeSize + i] = y[i] ?? 0
  for (let i = 0; i < 3; i++) {
    nodes[end * nodeSize + 6 + i] = forces[i] ?? 0
    perUnit[3 * end + i] = forces[3 + i] ?? 0
  }
}

/**
 * Moves `y` (GCRF, m and m/s) from a time to another, in place. `onStep` is shown each step, the same object every time. False where the
 * object has come down.
 */
export const integrate = (
  model: ForceModel,
  y: Float64Array,
  ballistic: number,
  from: UtcTime,
  to: UtcTime,
  onStep?: (step: Step) => void
): boolean => {
  let time = from
  let known = false
  const motion = model.motion(from, ballistic)
  while (time !== to) {
    const radius = radiusOf(y)
    if (!(radius > lowestRadius)) return false
    const rate = circularRate(radius)
    const left = (to - time) / 1000
    step.start = time
    step.short = Math.abs(left) * rate <= shortAngle
    const count = step.short ? 1 : Math.ceil(Math.abs(left) / longestStep(model, y) - 1e-9)
    step.seconds = left / count
    const next = count === 1 ? to : time + 1000 * step.seconds
    if (known) {
      step.nodes.copyWithin(0, nodeSize, 2 * nodeSize)
      step.perUnit.copyWithin(0, 3, 6)
    } else note(model, time, y, ballistic, 0)
    for (let i = 0; i < 6; i++) first[i] = step.nodes[3 + i] ?? 0
    const t = (time - from) / 1000
    if (step.short) {
      nystromStep(motion, t, step.seconds, y, first)
      for (let i = 0; i < 6; i++) step.nodes[nodeSize + i] = y[i] ?? 0
    } else {
      dop853Step(motion, t, step.seconds, y, first)
      note(model, next, y, ballistic, 1)
      known = true
    }
    // Dense air throws a long step anywhere: nothing in orbit moves faster than it would escape.
    if (!(radiusOf(y) - radius < fastest * Math.abs(step.seconds))) return false
    onStep?.(step)
    time = next
  }
  return true
}
