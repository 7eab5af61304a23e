/**
 * States of many objects at nodes over a slice of time: what screening reads, plain numbers that threads can share.
 *
 * Each object has nodes as far apart as its perigee allows: 450 s in low orbit, 3600 s in geosynchronous, 60 s at least; those that lose their state within
 * the slice, or move otherwise than between nodes was thought, one each 60 s or less. Between nodes see `quintic.ts`.
 *
 * Memory: 24 bytes a node, that is some 250 an object and hour (25,000 objects: 7 MB). Single precision is 0.25 m in low orbit and
 * 2 m in geosynchronous: less than the error between nodes, and nothing that is reported is read from it.
 */
import type { UtcTime } from "../../time/UtcTime.ts"
import { gravitationalParameter } from "../catalogue/MeanElements.ts"
import { inOneGo } from "./inOneGo.ts"
import { coefficients, positionOf, quinticInto } from "./quintic.ts"
import type { Trajectory } from "./Trajectory.ts"

export interface SliceEphemeris {
  readonly objectIds: ReadonlyArray<string>
  readonly from: UtcTime
  readonly to: UtcTime
  /** Intervals of each object, one fewer than its nodes; 0 for one without any state. */
  readonly intervals: Uint16Array
  /** Index of each object's first node. */
  readonly first: Uint32Array
  /** Node after node: x y z m, vx vy vz m/s (TEME). NaN where there is no state. */
  readonly nodes: Float32Array
  /** Bounds of each object's radius, m, good to some hundred metres; NaN for one without any state. */
  readonly lowest: Float64Array
  readonly highest: Float64Array
  /** Greatest speed at the nodes, m/s, of each object. */
  readonly fastest: Float64Array
}

/** rad: how far an object may turn at its perigee's rate between two nodes. */
const turnBetweenNodes = 0.5
const longestStep = 3600
const shortestStep = 60
/** m: by so much along an axis an interval may be off before an object gets nodes each minute. */
const allowedError = 40

/** Objects that are propagated between two pauses: about 1500 SGP4 calls in an hour. */
const objectsAtOnce = 128

/** rad/s at perigee, of the orbit that a state is on. */
const perigeeRate = (state: Float64Array): number => {
  const [x = 0, y = 0, z = 0, vx = 0, vy = 0, vz = 0] = state
  const r = Math.hypot(x, y, z)
  const momentum2 = (y * vz - z * vy) ** 2 + (z * vx - x * vz) ** 2 + (x * vy - y * vx) ** 2
  const energy = (vx * vx + vy * vy + vz * vz) / 2 - gravitationalParameter / r
  const eccentricity = Math.sqrt(Math.max(0, 1 + 2 * energy * momentum2 / gravitationalParameter ** 2))
  const perigee = momentum2 / (gravitationalParameter * (1 + eccentricity))
  return Math.sqrt(momentum2) / (perigee * perigee)
}

/** A growing list of nodes. */
const makeNodes = (expected: number) => {
  let values = new Float32Array(6 * expected)
  let used = 0
  return {
    used: () => used / 6,
    push: (states: Float64Array, numbers: number): void => {
      if (used + numbers > values.length) {
        const more = new Float32Array(Math.max(used + numbers, Math.ceil(values.length * 1.5)))
        more.set(values)
        values = more
      }
      values.set(states.subarray(0, numbers), used)
      used += numbers
    },
    /** As a copy that threads can share. */
    shared: (): Float32Array => {
      const copy = new Float32Array(new SharedArrayBuffer(4 * used))
      copy.set(values.subarray(0, used))
      return copy
    }
  }
}

const sharedDoubles = (count: number): Float64Array => new Float64Array(new SharedArrayBuffer(8 * count))

/** {@link sampleSlice} with pauses of some milliseconds of work between. */
export function* sampleSliceInSteps(
  objects: ReadonlyArray<Trajectory>,
  from: UtcTime,
  to: UtcTime
): Generator<void, SliceEphemeris> {
  const count = objects.length
  const seconds = Math.max(0, to - from) / 1000
  const most = Math.max(1, Math.ceil(seconds / shortestStep))
  const intervals = new Uint16Array(new SharedArrayBuffer(2 * count))
  const first = new Uint32Array(new SharedArrayBuffer(4 * count))
  const lowest = sharedDoubles(count).fill(Number.NaN)
  const highest = sharedDoubles(count).fill(Number.NaN)
  const fastest = sharedDoubles(count)
  const nodes = makeNodes(Math.ceil(count * (2 + seconds / 300)))
  const states = new Float64Array(6 * (most + 1))
  const piece = new Float64Array(coefficients)
  const quarter = new Float64Array(6)

  const fill = (object: Trajectory, pieces: number): { readonly missing: number; readonly low: number } => {
    let [missing, low, least] = [0, 0, Infinity]
    for (let k = 0; k <= pieces; k++) {
      const at = 6 * k
      if (object.stateInto(from + k * (to - from) / pieces, states, at)) {
        const r2 = (states[at] ?? 0) ** 2 + (states[at + 1] ?? 0) ** 2 + (states[at + 2] ?? 0) ** 2
        if (r2 < least) [least, low] = [r2, k]
      } else {
        states.fill(Number.NaN, at, at + 6)
        missing++
      }
    }
    return { missing, low }
  }

  /** Whether an interval is where the polynomial says: at a quarter, since velocities that are off show there and not in the middle. */
  const follows = (object: Trajectory, pieces: number, k: number): boolean => {
    if (!object.stateInto(from + (k + 0.25) * (to - from) / pieces, quarter)) return false
    quinticInto(states, 6 * k, 6 * k + 6, seconds / pieces, piece, 0)
    return Math.abs(positionOf(piece, 0, 0, 0.25) - (quarter[0] ?? 0)) < allowedError
      && Math.abs(positionOf(piece, 0, 1, 0.25) - (quarter[1] ?? 0)) < allowedError
      && Math.abs(positionOf(piece, 0, 2, 0.25) - (quarter[2] ?? 0)) < allowedError
  }

  /** The lowest interval, and on an ellipse another. */
  const asThought = (object: Trajectory, pieces: number, low: number): boolean => {
    const lowest = Math.min(low, pieces - 1)
    const other = lowest < pieces / 2 ? pieces - 1 : 0
    const far2 = (states[6 * other] ?? 0) ** 2 + (states[6 * other + 1] ?? 0) ** 2 + (states[6 * other + 2] ?? 0) ** 2
    const near2 = (states[6 * low] ?? 0) ** 2 + (states[6 * low + 1] ?? 0) ** 2 + (states[6 * low + 2] ?? 0) ** 2
    return follows(object, pieces, lowest) && (far2 < 1.2 * near2 || follows(object, pieces, other))
  }

  const sample = (object: Trajectory, i: number): void => {
    let pieces = most
    if (object.stateInto(from, states)) {
      const step = Math.max(shortestStep, Math.min(longestStep, turnBetweenNodes / perigeeRate(states)))
      if (step > 0) pieces = Math.min(most, Math.max(1, Math.ceil(seconds / step)))
    }
    let { low, missing } = fill(object, pieces)
    if (pieces < most && (missing > 0 || !asThought(object, pieces, low))) {
      pieces = most
      missing = fill(object, pieces).missing
    }
    first[i] = nodes.used()
    if (missing > pieces) return
    intervals[i] = pieces
    nodes.push(states, 6 * (pieces + 1))
    let [least, greatest, fast] = [Infinity, 0, 0]
    let [before, rateBefore] = [Number.NaN, 0]
    for (let at = 0; at <= 6 * pieces; at += 6) {
      const [x, y, z] = [states[at] ?? 0, states[at + 1] ?? 0, states[at + 2] ?? 0]
      const [vx, vy, vz] = [states[at + 3] ?? 0, states[at + 4] ?? 0, states[at + 5] ?? 0]
      const radius = Math.sqrt(x * x + y * y + z * z)
      const rate = (x * vx + y * vy + z * vz) / radius
      if (!Number.isNaN(radius)) {
        least = Math.min(least, radius)
        greatest = Math.max(greatest, radius)
        fast = Math.max(fast, Math.sqrt(vx * vx + vy * vy + vz * vz))
        // A perigee or an apogee between the two: the radius went on for less than the whole interval.
        const past = Math.max(Math.abs(rate), Math.abs(rateBefore)) * seconds / pieces
        if (rateBefore < 0 && rate > 0) least = Math.min(least, Math.min(before, radius) - past / 2)
        if (rateBefore > 0 && rate < 0) greatest = Math.max(greatest, Math.max(before, radius) + past / 2)
      }
      ;[before, rateBefore] = [radius, rate]
    }
    lowest[i] = least
    highest[i] = greatest
    fastest[i] = fast
  }

  for (const [i, object] of objects.entries()) {
    if (i % objectsAtOnce === objectsAtOnce - 1) yield
    sample(object, i)
  }
  return {
    objectIds: objects.map(({ objectId }) => objectId),
    from,
    to,
    intervals,
    first,
    nodes: nodes.shared(),
    lowest,
    highest,
    fastest
  }
}

/** Propagates every object to its nodes. */
export const sampleSlice = (objects: ReadonlyArray<Trajectory>, from: UtcTime, to: UtcTime): SliceEphemeris =>
  inOneGo(sampleSliceInSteps(objects, from, to))

/** Bytes that an ephemeris holds. */
export const ephemerisBytes = ({ fastest, first, highest, intervals, lowest, nodes }: SliceEphemeris): number =>
  fastest.byteLength + first.byteLength + highest.byteLength + intervals.byteLength + lowest.byteLength
  + nodes.byteLength
