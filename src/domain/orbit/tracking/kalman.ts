/**
 * The linear step of a Kalman filter for a state of up to seven numbers: innovation test and measurement update (Joseph form).
 *
 * Shapes: p is n x n, h is m x n, r is m x m, nu has m, m at most 6, n at most 7. The arrays below are scratch: each call fills them before it reads them.
 */
import { cholesky, multiply, multiplyTransposed, solveCholesky, zeros } from "../algebra/matrix.ts"

const scaledR = new Float64Array(36)
const pht = new Float64Array(42)
const s = new Float64Array(36)
const solved = new Float64Array(6)
const gainTransposed = new Float64Array(42)
const reduced = new Float64Array(49)
const half = new Float64Array(49)
const noise = new Float64Array(42)

/** Fills `pht` with P H', `scaledR` with scale R and `s` with the Cholesky factor of H P H' + scale R; false when that is not positive definite. */
const factorise = (
  p: Float64Array,
  h: Float64Array,
  r: ReadonlyArray<number>,
  scale: number,
  m: number,
  n: number
): boolean => {
  multiplyTransposed(p, h, n, n, m, pht)
  multiply(h, pht, m, n, m, s)
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
  m: number,
  n = 6
): number | undefined => {
  if (!factorise(p, h, r, scale, m, n)) return undefined
  for (let i = 0; i < m; i++) solved[i] = nu[i] ?? 0
  solveCholesky(s, solved, m, 1)
  let sum = 0
  for (let i = 0; i < m; i++) sum += (nu[i] ?? 0) * (solved[i] ?? 0)
  return sum
}

/** The variance of each of the m innovations of the last {@link normalisedInnovationSquared} that gave one. */
export const innovationVariances = (m: number): Array<number> => {
  const variances = zeros(m)
  for (let i = 0; i < m; i++) {
    let sum = 0
    for (let k = 0; k <= i; k++) sum += (s[i * m + k] ?? 0) ** 2
    variances[i] = sum
  }
  return variances
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
  m: number,
  n = 6
): Posterior | undefined => {
  if (!factorise(p, h, r, scale, m, n)) return undefined
  // K = P H' S^-1, as (S^-1 (H P))'.
  for (let i = 0; i < n; i++) for (let j = 0; j < m; j++) gainTransposed[j * n + i] = pht[i * m + j] ?? 0
  solveCholesky(s, gainTransposed, m, n)
  const moved = offset.slice()
  for (let i = 0; i < n; i++) {
    let sum = 0
    for (let j = 0; j < m; j++) sum += (gainTransposed[j * n + i] ?? 0) * (nu[j] ?? 0)
    moved[i] = (moved[i] ?? 0) + sum
  }
  return { offset: moved, covariance: joseph(p, h, m, n) }
}

/** (I - K H) P (I - K H)' + K scaledR K'. */
const joseph = (p: Float64Array, h: Float64Array, m: number, n: number): Array<number> => {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let sum = i === j ? 1 : 0
      for (let k = 0; k < m; k++) sum -= (gainTransposed[k * n + i] ?? 0) * (h[k * n + j] ?? 0)
      reduced[i * n + j] = sum
    }
  }
  multiply(reduced, p, n, n, n, half)
  multiply(scaledR, gainTransposed, m, m, n, noise)
  const out = zeros(n * n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0
      for (let k = 0; k < n; k++) sum += (half[i * n + k] ?? 0) * (reduced[j * n + k] ?? 0)
      for (let k = 0; k < m; k++) sum += (gainTransposed[k * n + i] ?? 0) * (noise[k * n + j] ?? 0)
      out[i * n + j] = sum
      out[j * n + i] = sum
    }
  }
  return out
}
