/**
 * The polynomial of degree five between two states of an orbit that has their positions, velocities and accelerations.
 *
 * Accelerations are those of a point mass and J2 (WGS-72), so that two states alone say all. Error: the sixth derivative's,
 * (rate times step)^6 / 46080 of the radius (0.5: 2.3 m and 0.02 m/s in low orbit), and what acceleration was left out, 1/64 of it times the square of the step
 * (J3 and J4 over 450 s: 0.1 m).
 */
import { earthRadius, gravitationalParameter } from "../catalogue/MeanElements.ts"

/** WGS-72. */
const j2 = 1.082616e-3
const oblateness = 1.5 * j2 * earthRadius * earthRadius

/** Coefficients a piece: x, y and z, six each, constant first, of the fraction of the interval. */
export const coefficients = 18

/**
 * The coefficients between the states `nodes[left...]` and `nodes[right...]` (x y z m, vx vy vz m/s), `seconds` apart, into `out` from `at`. NaN
 * where a state is.
 */
export const quinticInto = (
  nodes: Float32Array | Float64Array,
  left: number,
  right: number,
  seconds: number,
  out: Float64Array,
  at: number
): void => {
  const [x0, y0, z0] = [nodes[left] ?? 0, nodes[left + 1] ?? 0, nodes[left + 2] ?? 0]
  const [x1, y1, z1] = [nodes[right] ?? 0, nodes[right + 1] ?? 0, nodes[right + 2] ?? 0]
  const left2 = x0 * x0 + y0 * y0 + z0 * z0
  const right2 = x1 * x1 + y1 * y1 + z1 * z1
  const square = seconds * seconds
  const pull0 = -square * gravitationalParameter / (left2 * Math.sqrt(left2))
  const pull1 = -square * gravitationalParameter / (right2 * Math.sqrt(right2))
  const flat0 = oblateness / left2
  const flat1 = oblateness / right2
  const tilt0 = 5 * z0 * z0 / left2
  const tilt1 = 5 * z1 * z1 / right2
  for (let axis = 0; axis < 3; axis++) {
    const p0 = nodes[left + axis] ?? 0
    const p1 = nodes[right + axis] ?? 0
    const v0 = (nodes[left + axis + 3] ?? 0) * seconds
    const v1 = (nodes[right + axis + 3] ?? 0) * seconds
    const share = axis === 2 ? 3 : 1
    const a0 = pull0 * p0 * (1 + flat0 * (share - tilt0))
    const a1 = pull1 * p1 * (1 + flat1 * (share - tilt1))
    const d = p1 - p0 - v0 - a0 / 2
    const v = v1 - v0 - a0
    const a = a1 - a0
    const to = at + 6 * axis
    out[to] = p0
    out[to + 1] = v0
    out[to + 2] = a0 / 2
    out[to + 3] = 10 * d - 4 * v + a / 2
    out[to + 4] = 7 * v - 15 * d - a
    out[to + 5] = 6 * d - 3 * v + a / 2
  }
}

/** One coordinate (0 to 2) at fraction `u`, m. */
export const positionOf = (c: Float64Array, at: number, axis: number, u: number): number => {
  const to = at + 6 * axis
  return (c[to] ?? 0)
    + u * ((c[to + 1] ?? 0)
        + u * ((c[to + 2] ?? 0) + u * ((c[to + 3] ?? 0) + u * ((c[to + 4] ?? 0) + u * (c[to + 5] ?? 0)))))
}

/** The derivative of one coordinate by the fraction: the velocity, m/s, times the interval's seconds. */
export const slopeOf = (c: Float64Array, at: number, axis: number, u: number): number => {
  const to = at + 6 * axis
  return (c[to + 1] ?? 0)
    + u * (2 * (c[to + 2] ?? 0)
        + u * (3 * (c[to + 3] ?? 0) + u * (4 * (c[to + 4] ?? 0) + u * 5 * (c[to + 5] ?? 0))))
}
