/** Arithmetic of three-vectors and the RTN basis. */
import type { Vector3 } from "../../observation/Observation.ts"
import type { State } from "../propagation/State.ts"

export const dot = (a: Vector3, b: Vector3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
export const norm = (a: Vector3): number => Math.sqrt(dot(a, a))
export const subtract = (a: Vector3, b: Vector3): Vector3 => [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
export const scale = (a: Vector3, factor: number): Vector3 => [a[0] * factor, a[1] * factor, a[2] * factor]
export const cross = (a: Vector3, b: Vector3): Vector3 => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0]
]

/** Orthonormal axes, each in the frame of the state they were made from. */
export interface Basis {
  readonly x: Vector3
  readonly y: Vector3
  readonly z: Vector3
}

/**
 * Radial (along position), transverse (completes the right-handed set, near the velocity), normal (along r x v): x, y, z.
 * The state must be in an inertial frame: for ITRF add omega x r to the velocity first.
 */
export const rtnBasis = ({ position, velocity }: State): Basis => {
  const x = scale(position, 1 / norm(position))
  const momentum = cross(position, velocity)
  const z = scale(momentum, 1 / norm(momentum))
  return { x, y: cross(z, x), z }
}

/** Components of a vector along the axes of a basis. */
export const components = (basis: Basis, a: Vector3): Vector3 => [dot(basis.x, a), dot(basis.y, a), dot(basis.z, a)]

/** a^T C b for a 3x3 matrix, row by row. */
export const bilinear = (a: Vector3, c: ArrayLike<number>, b: Vector3): number => {
  const [x, y, z] = b
  return a[0] * ((c[0] ?? 0) * x + (c[1] ?? 0) * y + (c[2] ?? 0) * z)
    + a[1] * ((c[3] ?? 0) * x + (c[4] ?? 0) * y + (c[5] ?? 0) * z)
    + a[2] * ((c[6] ?? 0) * x + (c[7] ?? 0) * y + (c[8] ?? 0) * z)
}
