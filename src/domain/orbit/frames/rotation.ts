/** Rotation matrices and three-vectors. Rotations turn the axes (Vallado's ROT1, ROT2, ROT3), so they take components into the new frame. */
import type { Vector3 } from "../../observation/Observation.ts"

/** A rotation matrix by its elements, row then column: the fields keep an object's shape fixed and its reads unchecked. */
export interface Rotation {
  readonly xx: number
  readonly xy: number
  readonly xz: number
  readonly yx: number
  readonly yy: number
  readonly yz: number
  readonly zx: number
  readonly zy: number
  readonly zz: number
}

export const identity: Rotation = { xx: 1, xy: 0, xz: 0, yx: 0, yy: 1, yz: 0, zx: 0, zy: 0, zz: 1 }

/** Turns the axes by `angle` rad about x. */
export const aboutX = (angle: number): Rotation => {
  const c = Math.cos(angle)
  const s = Math.sin(angle)
  return { xx: 1, xy: 0, xz: 0, yx: 0, yy: c, yz: s, zx: 0, zy: -s, zz: c }
}

/** Turns the axes by `angle` rad about y. */
export const aboutY = (angle: number): Rotation => {
  const c = Math.cos(angle)
  const s = Math.sin(angle)
  return { xx: c, xy: 0, xz: -s, yx: 0, yy: 1, yz: 0, zx: s, zy: 0, zz: c }
}

/** Turns the axes by `angle` rad about z. */
export const aboutZ = (angle: number): Rotation => {
  const c = Math.cos(angle)
  const s = Math.sin(angle)
  return { xx: c, xy: s, xz: 0, yx: -s, yy: c, yz: 0, zx: 0, zy: 0, zz: 1 }
}

/** The product `a b`: first `b`, then `a`. */
export const multiply = (a: Rotation, b: Rotation): Rotation => ({
  xx: a.xx * b.xx + a.xy * b.yx + a.xz * b.zx,
  xy: a.xx * b.xy + a.xy * b.yy + a.xz * b.zy,
  xz: a.xx * b.xz + a.xy * b.yz + a.xz * b.zz,
  yx: a.yx * b.xx + a.yy * b.yx + a.yz * b.zx,
  yy: a.yx * b.xy + a.yy * b.yy + a.yz * b.zy,
  yz: a.yx * b.xz + a.yy * b.yz + a.yz * b.zz,
  zx: a.zx * b.xx + a.zy * b.yx + a.zz * b.zx,
  zy: a.zx * b.xy + a.zy * b.yy + a.zz * b.zy,
  zz: a.zx * b.xz + a.zy * b.yz + a.zz * b.zz
})

/** `r v`. */
export const rotate = (r: Rotation, v: Vector3): Vector3 => [
  r.xx * v[0] + r.xy * v[1] + r.xz * v[2],
  r.yx * v[0] + r.yy * v[1] + r.yz * v[2],
  r.zx * v[0] + r.zy * v[1] + r.zz * v[2]
]

/** The transpose of `r`, times `v`, without making the transpose. */
export const rotateBack = (r: Rotation, v: Vector3): Vector3 => [
  r.xx * v[0] + r.yx * v[1] + r.zx * v[2],
  r.xy * v[0] + r.yy * v[1] + r.zy * v[2],
  r.xz * v[0] + r.yz * v[1] + r.zz * v[2]
]
