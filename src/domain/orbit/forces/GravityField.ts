/** A gravity field as spherical harmonics: the constants and fully normalised coefficients that `harmonics.ts` evaluates. */
import { egm96Coefficients, egm96Degree, egm96GravitationalParameter, egm96Radius } from "./egm96.ts"

export interface GravityField {
  /** m³/s² */
  readonly gravitationalParameter: number
  /** Reference radius, m. */
  readonly radius: number
  readonly degree: number
  /** Fully normalised, at n (n + 1) / 2 + m, from degree 0 on; C of degree 0 is 1. */
  readonly c: Float64Array
  readonly s: Float64Array
}

/** Place of degree n and order m in the arrays of a field. */
export const placeOf = (n: number, m: number): number => n * (n + 1) / 2 + m

const egm96Whole = (): GravityField => {
  const size = placeOf(egm96Degree + 1, 0)
  const c = new Float64Array(size)
  const s = new Float64Array(size)
  c[0] = 1
  const figures = egm96Coefficients.trim().split(/\s+/)
  let next = 0
  for (let n = 2; n <= egm96Degree; n++) {
    for (let m = 0; m <= n; m++) {
      c[placeOf(n, m)] = Number(`${figures[next++]}e-9`)
      if (m > 0) s[placeOf(n, m)] = Number(`${figures[next++]}e-9`)
    }
  }
  return { gravitationalParameter: egm96GravitationalParameter, radius: egm96Radius, degree: egm96Degree, c, s }
}

/** EGM96 to degree and order 36. */
export const egm96 = egm96Whole()

/** A field cut off after a degree. */
export const truncated = (field: GravityField, degree: number): GravityField => {
  const kept = Math.min(degree, field.degree)
  const size = placeOf(kept + 1, 0)
  return { ...field, degree: kept, c: field.c.slice(0, size), s: field.s.slice(0, size) }
}
