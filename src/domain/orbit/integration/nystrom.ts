/**
 * One step of Nystrom's method of order 4 for x'' = f(t, x, v), three evaluations: for the seconds between observations.
 *
 * The order holds where f does not depend on the velocity; drag does, and is 1e-6 of gravity.
 *
 * Source: Hairer, Norsett and Wanner, Solving Ordinary Differential Equations I (2nd ed. 1993), section II.14.
 */
import type { Derivative } from "./Derivative.ts"

const k = new Float64Array(12)
const stage = new Float64Array(6)

/** Moves `y` (6) from `t` by `h` seconds, in place. `first`: f(t, y). */
export const nystromStep = (f: Derivative, t: number, h: number, y: Float64Array, first: Float64Array): void => {
  for (let i = 0; i < 3; i++) {
    const a = first[3 + i] ?? 0
    const v = y[3 + i] ?? 0
    stage[i] = (y[i] ?? 0) + h / 2 * (v + h / 4 * a)
    stage[3 + i] = v + h / 2 * a
  }
  f(t + h / 2, stage, k, 0)
  for (let i = 0; i < 3; i++) {
    const a = k[3 + i] ?? 0
    const v = y[3 + i] ?? 0
    stage[i] = (y[i] ?? 0) + h * (v + h / 2 * a)
    stage[3 + i] = v + h * a
  }
  f(t + h, stage, k, 6)
  for (let i = 0; i < 3; i++) {
    const a = first[3 + i] ?? 0
    const b = k[3 + i] ?? 0
    y[i] = (y[i] ?? 0) + h * ((y[3 + i] ?? 0) + h / 6 * (a + 2 * b))
    y[3 + i] = (y[3 + i] ?? 0) + h / 6 * (a + 4 * b + (k[9 + i] ?? 0))
  }
}
