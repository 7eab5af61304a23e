/**
 * The linear step of a Kalman filter for a state of six: innovation test and measurement update (Joseph form).
 *
 * Shapes: p is 6 x 6, h is m x 6, r is m x m, nu has m, m at most 6. The arrays below are scratch: each call fills them before it reads them.
 */
import { cholesky, multiply, multiplyTransposed, solveCholesky, zeros } from "../algebra/matrix.ts"

const scaledR = new Float64Array(36)
const pht = new Float64Array(36)
const s = new Float64Array(36)
const solved = new Float64Array(6)
const gainTransposed = new Float64Array(36)
const reduced = new Float64Array(36)
const half = new Float64Array(36)
const noise = new Float64Array(36)

/** Fills `pht` with P H', `scaledR` with scale R and `s` with the Cholesky factor of H P H' + scale R; false when that is not positive definite. */
const factorise = (p: Float64Array, h: Float64Array, r: ReadonlyArray<number>, scale: number, m: number): boolean => {
  multiplyTransposed(p, h, 6, 6, m, pht)
  multiply(h, pht, m, 6, m, s)
  for (let i = 0; i < m * m; i++) {
    const noise = scale * (r[i] ?? 0)
    scaledR[i] = noise
    s[i] = (s[i] ?? 0) + noise
  }
  return cholesky(s, m, s) !== undefined
}

/** nu' (H P H' + scale R)^-1 nu, or `undefined` when the innovation has no positive definite covariance. */
export const normalisedInnovationSquared = (
  p: Float64Array,
  h: Float64Array,
  r: ReadonlyArray<number>,
  scale: number,
  nu: ReadonlyArray<number>,
  m: number
): number | undefined => {
  if (!factorise(p, h, r, scale, m)) return undefined
  for (let i = 0; i < m; i++) solved[i] = nu[i] ?? 0
  solveCholesky(s, solved, m, 1)
  let sum = 0
  for (let i = 0; i < m; i++) sum += (nu[i] ?? 0) * (solved[i] ?? 0)
  return sum
}

interface Posterior {
  readonly offset: ReadonlyArray<number>
  readonly covariance: ReadonlyArray<number>
}

/** State and covariance after a measurement with noise scale R. The covariance is symmetric to the bit. */
export const measured = (
  offset: ReadonlyArray<number>,
  p: Float64Array,
  h: Float64Array,
  r: ReadonlyArray<number>,
  scale: number,
  nu: ReadonlyArray<number>,
  m: number
): Posterior | undefined => {
  if (!factorise(p, h, r, scale, m)) return undefined
  // K = P H' S^-1, as (S^-1 (H P))'.
  for (let i = 0; i < 6; i++) for (let j = 0; j < m; j++) gainTransposed[j * 6 + i] = pht[i * m + j] ?? 0
  solveCholesky(s, gainTransposed, m, 6)
  const moved = offset.slice()
  for (let i = 0; i < 6; i++) {
    let sum = 0
    for (let j = 0; j < m; j++) sum += (gainTransposed[j * 6 + i] ?? 0) * (nu[j] ?? 0)
    moved[i] = (moved[i] ?? 0) + sum
  }
  return { offset: moved, covariance: joseph(p, h, m) }
}

/** (I - K H) P (I - K H)' + K scaledR K'. */
const joseph = (p: Float64Array, h: Float64Array, m: number): Array<number> => {
  for (let i = 0; i < 6; i++) {
    for (let j = 0; j < 6; j++) {
      let sum = i === j ? 1 : 0
      for (let k = 0; k < m; k++) sum -= (gainTransposed[k * 6 + i] ?? 0) * (h[k * 6 + j] ?? 0)
      reduced[i * 6 + j] = sum
    }
  }
  multiply(reduced, p, 6, 6, 6, half)
  multiply(scaledR, gainTransposed, m, m, 6, noise)
  const out = zeros(36)
  for (let i = 0; i < 6; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0
      for (let k = 0; k < 6; k++) sum += (half[i * 6 + k] ?? 0) * (reduced[j * 6 + k] ?? 0)
      for (let k = 0; k < m; k++) sum += (gainTransposed[k * 6 + i] ?? 0) * (noise[k * 6 + j] ?? 0)
      out[i * 6 + j] = sum
      out[j * 6 + i] = sum
    }
  }
  return out
}
