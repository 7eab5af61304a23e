/**
 * One object against a slice that is already propagated: what a change of its orbit needs.
 *
 * For each other object whose shell of radii it shares: of its intervals between nodes those at whose ends the two are near enough to meet between, and in these from
 * step to step, leaving out as many as they need to come near each other at their greatest speeds.
 */
import type { UtcTime } from "../../time/UtcTime.ts"
import { inOneGo } from "../ephemeris/inOneGo.ts"
import { coefficients, positionOf, quinticInto, slopeOf } from "../ephemeris/quintic.ts"
import { sampleSlice, type SliceEphemeris } from "../ephemeris/SliceEphemeris.ts"
import type { Trajectory } from "../ephemeris/Trajectory.ts"
import { relative, type ScreenOptions, shellPad } from "./screen.ts"
import { makeCandidates, missPad, stepReach, stepsOf } from "./screenCandidates.ts"
import type { ScreenResult } from "./ScreenResult.ts"

/** Where one object of a slice is, at times in any order. State held: the piece of its polynomial that was used last. */
const follow = ({ first, from, intervals, nodes, to }: SliceEphemeris) => {
  const pieces = new Float64Array(coefficients)
  let [object, piece] = [-1, -1]
  /** Enters the object's piece at a time and gives the fraction of it. */
  const enter = (i: number, time: UtcTime): number => {
    const count = intervals[i] ?? 0
    const at = (time - from) / (to - from) * count
    const k = Math.max(0, Math.min(count - 1, Math.floor(at)))
    if (i !== object || k !== piece) {
      const left = 6 * ((first[i] ?? 0) + k)
      quinticInto(nodes, left, left + 6, (to - from) / count / 1000, pieces, 0)
      ;[object, piece] = [i, k]
    }
    return at - k
  }
  return {
    positionInto: (i: number, time: UtcTime, out: Float64Array): void => {
      const u = enter(i, time)
      for (let axis = 0; axis < 3; axis++) out[axis] = positionOf(pieces, 0, axis, u)
    },
    velocityInto: (i: number, time: UtcTime, out: Float64Array): void => {
      const u = enter(i, time)
      const rate = 1000 * (intervals[i] ?? 0) / (to - from)
      for (let axis = 0; axis < 3; axis++) out[axis + 3] = rate * slopeOf(pieces, 0, axis, u)
    }
  }
}

/**
 * `object` moves as it says itself: by elements, by a track's own states, by a table. One of the same id in the slice is passed over. `objects` are those of the slice,
 * in its order. Costs the object's own nodes, and about a microsecond for each object that shares its shell.
 */
export const screenObject = (
  slice: SliceEphemeris,
  objects: ReadonlyArray<Trajectory>,
  object: Trajectory,
  { threshold }: ScreenOptions
): ScreenResult => {
  const { fastest, first, from, highest, intervals, lowest, nodes, objectIds, to } = slice
  const own = sampleSlice([object], from, to)
  const grid = stepsOf(from, to)
  const { stepMillis, steps } = grid
  const stepSeconds = stepMillis / 1000
  const candidates = makeCandidates([...objects, object], threshold, grid)
  const limit = threshold + missPad
  const pad = threshold + shellPad
  const [low, high, fast] = [own.lowest[0] ?? Number.NaN, own.highest[0] ?? Number.NaN, own.fastest[0] ?? 0]
  const [one, other] = [follow(own), follow(slice)]
  const [p, q] = [new Float64Array(6), new Float64Array(6)]
  /** The object's own positions, step by step. */
  const path = new Float64Array(3 * steps)
  for (let step = 0; step < steps; step++) {
    one.positionInto(0, from + step * stepMillis, p)
    path.set(p.subarray(0, 3), 3 * step)
  }
  /** Where the object itself is at the nodes of those that have so many intervals. */
  const ownNodes: Array<Float64Array | undefined> = []
  const ownAtNodes = (pieces: number): Float64Array => {
    const known = ownNodes[pieces]
    if (known !== undefined) return known
    const made = new Float64Array(3 * (pieces + 1))
    for (let k = 0; k <= pieces; k++) {
      one.positionInto(0, from + k * (to - from) / pieces, p)
      made.set(p.subarray(0, 3), 3 * k)
    }
    ownNodes[pieces] = made
    return made
  }
  /** How far the j-th object is at its k-th node. */
  const apartAtNode = (j: number, k: number, pieces: number): number => {
    const at = ownAtNodes(pieces)
    const node = 6 * ((first[j] ?? 0) + k)
    const dx = (nodes[node] ?? 0) - (at[3 * k] ?? 0)
    const dy = (nodes[node + 1] ?? 0) - (at[3 * k + 1] ?? 0)
    const dz = (nodes[node + 2] ?? 0) - (at[3 * k + 2] ?? 0)
    return Math.sqrt(dx * dx + dy * dy + dz * dz)
  }
  for (let j = 0; j < objectIds.length; j++) {
    if (!((lowest[j] ?? Number.NaN) <= high + pad && (highest[j] ?? 0) + pad >= low)) continue
    if (objectIds[j] === object.objectId) continue
    const speeds = fast + (fastest[j] ?? 0)
    const reach = limit + speeds * stepReach * stepSeconds
    const closing = (time: UtcTime) => {
      const [a, b] = [new Float64Array(6), new Float64Array(6)]
      one.positionInto(0, time, a)
      one.velocityInto(0, time, a)
      other.positionInto(j, time, b)
      other.velocityInto(j, time, b)
      return relative(a, b)
    }
    const pieces = intervals[j] ?? 0
    let far = apartAtNode(j, 0, pieces)
    for (let k = 0, step = 0; k < pieces; k++) {
      const here = far
      far = apartAtNode(j, k + 1, pieces)
      // The last step of this interval, or where it would be without an end.
      const last = k === pieces - 1 ? steps - 1 : Math.ceil((k + 1) * (steps - 1) / pieces) - 1
      // Both together fly as far in an interval as from there to there by way of the other's reach.
      if (here + far > 2 * reach + speeds * 1.01 * (to - from) / pieces / 1000) {
        step = Math.max(step, last + 1)
        continue
      }
      while (step <= last) {
        const time = from + step * stepMillis
        other.positionInto(j, time, q)
        const dx = (q[0] ?? 0) - (path[3 * step] ?? 0)
        const dy = (q[1] ?? 0) - (path[3 * step + 1] ?? 0)
        const dz = (q[2] ?? 0) - (path[3 * step + 2] ?? 0)
        const distance = Math.sqrt(dx * dx + dy * dy + dz * dz)
        if (distance <= reach) {
          one.positionInto(0, time, p)
          one.velocityInto(0, time, p)
          other.velocityInto(j, time, q)
          candidates.consider(objects.length, j, step, p, q, closing)
          step++
        } else {
          // At the next step that is looked at they can be as near as the reach, not nearer. Where one has no state, step by step.
          const skipped = Math.ceil((distance - reach) / (speeds * 1.01 * stepSeconds))
          step += skipped >= 1 ? skipped : 1
        }
      }
    }
  }
  return inOneGo(candidates.refine())
}
