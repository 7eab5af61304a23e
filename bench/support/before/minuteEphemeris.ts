/**
 * SGP4 states of many objects at common nodes over a slice of time, and states between by cubic Hermite interpolation (the
 * position error of a 60 s interval in LEO is under a metre for 99 of 100 objects).
 *
 * Memory: 48 bytes an object and node (an hour of 25,000 objects at 60 s: 73 MB), released with the value.
 */
import { inOneGo } from "../../../src/domain/orbit/ephemeris/inOneGo.ts"
import type { Propagator } from "../../../src/domain/orbit/propagation/Propagator.ts"
import type { UtcTime } from "../../../src/domain/time/UtcTime.ts"

export interface SliceEphemeris {
  readonly objects: ReadonlyArray<Propagator>
  readonly from: UtcTime
  readonly to: UtcTime
  /** ms between nodes, at most 60,000. */
  readonly nodeStep: number
  /** Count of intervals; there is one node more. */
  readonly intervals: number
  /** Node after node, object after object: x y z m, vx vy vz m/s (TEME). NaN where SGP4 has no state. */
  readonly nodes: Float64Array
  /** Least and greatest radius at the nodes, m, of each object; NaN for one without any state. */
  readonly lowest: Float64Array
  readonly highest: Float64Array
  /** Greatest speed at the nodes, m/s, of each object. */
  readonly fastest: Float64Array
}

const longestStep = 60_000

/** Objects that are propagated between two pauses: about 8,000 SGP4 calls in an hour. */
const objectsAtOnce = 128

/** {@link sampleSlice} with pauses of some milliseconds of work between. */
export function* sampleSliceInSteps(
  objects: ReadonlyArray<Propagator>,
  from: UtcTime,
  to: UtcTime
): Generator<void, SliceEphemeris> {
  const intervals = Math.max(1, Math.ceil((to - from) / longestStep))
  const nodeStep = (to - from) / intervals
  const count = objects.length
  const nodes = new Float64Array(6 * count * (intervals + 1)).fill(Number.NaN)
  const lowest = new Float64Array(count).fill(Number.NaN)
  const highest = new Float64Array(count).fill(Number.NaN)
  const fastest = new Float64Array(count)
  const sample = (object: Propagator, i: number): void => {
    let [low, high, fast] = [Infinity, 0, 0]
    for (let k = 0; k <= intervals; k++) {
      const at = 6 * (k * count + i)
      if (!object.stateInto(from + k * nodeStep, nodes, at)) continue
      const radius = Math.hypot(nodes[at] ?? 0, nodes[at + 1] ?? 0, nodes[at + 2] ?? 0)
      const speed = Math.hypot(nodes[at + 3] ?? 0, nodes[at + 4] ?? 0, nodes[at + 5] ?? 0)
      low = Math.min(low, radius)
      high = Math.max(high, radius)
      fast = Math.max(fast, speed)
    }
    if (high > 0) {
      lowest[i] = low
      highest[i] = high
      fastest[i] = fast
    }
  }
  for (const [i, object] of objects.entries()) {
    if (i % objectsAtOnce === objectsAtOnce - 1) yield
    sample(object, i)
  }
  return { objects, from, to, nodeStep, intervals, nodes, lowest, highest, fastest }
}

/** Propagates every object to every node: (intervals + 1) SGP4 calls an object. */
export const sampleSlice = (objects: ReadonlyArray<Propagator>, from: UtcTime, to: UtcTime): SliceEphemeris =>
  inOneGo(sampleSliceInSteps(objects, from, to))

/** Positions of the objects `which` at fraction `u` of interval `k`: three numbers each, in that order. */
export const interpolatePositions = (
  { nodeStep, nodes, objects }: SliceEphemeris,
  which: Int32Array,
  k: number,
  u: number,
  out: Float64Array
): void => {
  const seconds = nodeStep / 1000
  const stride = 6 * objects.length
  const [u2, u3] = [u * u, u * u * u]
  const h00 = 2 * u3 - 3 * u2 + 1
  const h10 = (u3 - 2 * u2 + u) * seconds
  const h01 = 3 * u2 - 2 * u3
  const h11 = (u3 - u2) * seconds
  for (let p = 0; p < which.length; p++) {
    const left = k * stride + 6 * (which[p] ?? 0)
    for (let axis = left; axis < left + 3; axis++) {
      out[3 * p + axis - left] = h00 * (nodes[axis] ?? 0) + h10 * (nodes[axis + 3] ?? 0)
        + h01 * (nodes[axis + stride] ?? 0) + h11 * (nodes[axis + stride + 3] ?? 0)
    }
  }
}

/** One component (0 to 2) of the velocity of object `i` at fraction `u` of interval `k`, m/s. */
export const interpolateVelocity = (
  { nodeStep, nodes, objects }: SliceEphemeris,
  i: number,
  k: number,
  u: number,
  component: number
): number => {
  const left = 6 * (k * objects.length + i) + component
  const right = left + 6 * objects.length
  return 6000 * (u * u - u) / nodeStep * ((nodes[left] ?? 0) - (nodes[right] ?? 0))
    + (3 * u * u - 4 * u + 1) * (nodes[left + 3] ?? 0) + (3 * u * u - 2 * u) * (nodes[right + 3] ?? 0)
}
