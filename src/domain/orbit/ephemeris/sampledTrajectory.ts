/** The trajectory of an object whose states at some times are known, such as a track's integrated ones or those of an OEM. */
import type { UtcTime } from "../../time/UtcTime.ts"
import { coefficients, positionOf, quinticInto, slopeOf } from "./quintic.ts"
import type { Trajectory } from "./Trajectory.ts"

/**
 * `times` rising, six numbers each in `states` (TEME, m and m/s), at most half a radian of the orbit apart for what `quintic.ts` promises. No state before the
 * first and after the last. State held: the piece that was used last.
 */
export const sampledTrajectory = (
  objectId: string,
  times: ReadonlyArray<UtcTime>,
  states: Float64Array
): Trajectory => {
  const pieces = new Float64Array(coefficients)
  let piece = -1
  /** Index of the last time that is not after `time`. */
  const before = (time: UtcTime): number => {
    let [low, high] = [0, times.length - 1]
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((times[middle] ?? Infinity) <= time) low = middle
      else high = middle - 1
    }
    return low
  }
  return {
    objectId,
    stateInto: (time, out, offset = 0) => {
      const [first, last] = [times[0], times.at(-1)]
      if (first === undefined || last === undefined || times.length < 2 || !(time >= first && time <= last)) {
        return false
      }
      const k = Math.min(before(time), times.length - 2)
      const [from, to] = [times[k] ?? first, times[k + 1] ?? last]
      const seconds = (to - from) / 1000
      if (k !== piece) quinticInto(states, 6 * k, 6 * k + 6, seconds, pieces, 0)
      piece = k
      const u = (time - from) / (to - from)
      for (let axis = 0; axis < 3; axis++) {
        out[offset + axis] = positionOf(pieces, 0, axis, u)
        out[offset + axis + 3] = slopeOf(pieces, 0, axis, u) / seconds
      }
      return true
    }
  }
}
