/** Vector arithmetic of the scenario's set-up, beside that of `orbit/vector3.ts`. */
import type { Vector3 } from "../observation/Observation.ts"
import { cross, dot, norm, scale } from "../orbit/algebra/vector3.ts"

export const add = (a: Vector3, b: Vector3): Vector3 => [a[0] + b[0], a[1] + b[1], a[2] + b[2]]

export const unit = (a: Vector3): Vector3 => scale(a, 1 / norm(a))

/** Turns `a` about the unit vector `axis` by an angle in rad (Rodrigues). */
export const turned = (a: Vector3, axis: Vector3, angle: number): Vector3 => {
  const c = Math.cos(angle)
  return add(
    add(scale(a, c), scale(cross(axis, a), Math.sin(angle))),
    scale(axis, dot(axis, a) * (1 - c))
  )
}
