/** All polynomials of a slice at once: where any object is at any of its times, without a look at the nodes. */
import type { UtcTime } from "../../time/UtcTime.ts"
import { coefficients, positionOf, quinticInto } from "./quintic.ts"
import type { SliceEphemeris } from "./SliceEphemeris.ts"

export interface Polynomials {
  /** x y z, m, of the slice's i-th object into `out` from `at`. NaN where it has no state. */
  readonly positionInto: (i: number, time: UtcTime, out: Float64Array, at: number) => void
}

/** Memory: 144 bytes an interval. */
export const makePolynomials = ({ first, from, intervals, nodes, to }: SliceEphemeris): Polynomials => {
  const count = intervals.length
  /** Index of each object's first piece. */
  const pieceOf = new Uint32Array(count + 1)
  for (let i = 0; i < count; i++) pieceOf[i + 1] = (pieceOf[i] ?? 0) + (intervals[i] ?? 0)
  const pieces = new Float64Array(coefficients * (pieceOf[count] ?? 0))
  for (let i = 0; i < count; i++) {
    const own = intervals[i] ?? 0
    for (let k = 0; k < own; k++) {
      const left = 6 * ((first[i] ?? 0) + k)
      quinticInto(nodes, left, left + 6, (to - from) / own / 1000, pieces, coefficients * ((pieceOf[i] ?? 0) + k))
    }
  }
  return {
    positionInto: (i, time, out, at) => {
      const own = intervals[i] ?? 0
      const along = (time - from) / (to - from) * own
      const k = along <= 0 ? 0 : along >= own - 1 ? own - 1 : Math.floor(along)
      const c = coefficients * ((pieceOf[i] ?? 0) + k)
      for (let axis = 0; axis < 3; axis++) {
        out[at + axis] = own === 0
          ? Number.NaN
          : positionOf(pieces, c, axis, along - k)
      }
    }
  }
}
