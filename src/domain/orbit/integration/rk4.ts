/** One step of the classical Runge-Kutta method of order 4, for y' = f(t, y) of six numbers: for the seconds between observations. */
import type { Derivative } from "./Derivative.ts"

const k = new Float64Array(24)
const stage = new Float64Array(6)

/** Moves `y` (6) from `t` by `h` seconds, in place. `first`: f(t, y), when it is known. */
export const rk4Step = (f: Derivative, t: number, h: number, y: Float64Array, first?: Float64Array): void => {
  if (first === undefined) f(t, y, k, 0)
  else k.set(first, 0)
  for (let i = 0; i < 6; i++) stage[i] = (y[i] ?? 0) + h / 2 * (k[i] ?? 0)
  f(t + h / 2, stage, k, 6)
  for (let i = 0; i < 6; i++) stage[i] = (y[i] ?? 0) + h / 2 * (k[6 + i] ?? 0)
  f(t + h / 2, stage, k, 12)
  for (let i = 0; i < 6; i++) stage[i] = (y[i] ?? 0) + h * (k[12 + i] ?? 0)
  f(t + h, stage, k, 18)
  for (let i = 0; i < 6; i++) {
    y[i] = (y[i] ?? 0) + h / 6 * ((k[i] ?? 0) + 2 * ((k[6 + i] ?? 0) + (k[12 + i] ?? 0)) + (k[18 + i] ?? 0))
  }
}
