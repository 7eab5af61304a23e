/**
 * Small dense matrices as flat arrays, row by row. Sizes are the caller's to keep. Results go to `out` where one is given (never one of
 * the inputs, unless it says so): a typed array of more than eight numbers is dear to allocate.
 */

/** So many zeros in a plain array that is stored as doubles: `push` of a fraction makes it so, and copies stay so. */
export const zeros = (length: number): Array<number> => {
  const known = zerosByLength.get(length)
  if (known !== undefined) return known.slice()
  const made: Array<number> = []
  for (let i = 0; i < length; i++) made.push(0.5)
  zerosByLength.set(length, made.fill(0))
  return made.slice()
}
const zerosByLength = new Map<number, Array<number>>()

/** a (n x m) times b (m x p). */
export const multiply = (
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  n: number,
  m: number,
  p: number,
  out: Float64Array = new Float64Array(n * p)
): Float64Array => {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < p; j++) {
      let sum = 0
      for (let k = 0; k < m; k++) sum += (a[i * m + k] ?? 0) * (b[k * p + j] ?? 0)
      out[i * p + j] = sum
    }
  }
  return out
}

/** a (n x m) times the transpose of b (p x m). */
export const multiplyTransposed = (
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  n: number,
  m: number,
  p: number,
  out: Float64Array = new Float64Array(n * p)
): Float64Array => {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < p; j++) {
      let sum = 0
      for (let k = 0; k < m; k++) sum += (a[i * m + k] ?? 0) * (b[j * m + k] ?? 0)
      out[i * p + j] = sum
    }
  }
  return out
}

/** Lower Cholesky factor of a symmetric positive definite n x n matrix, or `undefined` where it is not one. `out` may be `a`. */
export const cholesky = (
  a: ArrayLike<number>,
  n: number,
  out: Float64Array = new Float64Array(n * n)
): Float64Array | undefined => {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j] ?? 0
      for (let k = 0; k < j; k++) sum -= (out[i * n + k] ?? 0) * (out[j * n + k] ?? 0)
      if (i === j) {
        if (!(sum > 0)) return undefined
        out[i * n + i] = Math.sqrt(sum)
      } else out[i * n + j] = sum / (out[j * n + j] ?? 1)
    }
    for (let j = i + 1; j < n; j++) out[i * n + j] = 0
  }
  return out
}

/** Solves L L' x = b in place for each of the `columns` columns of b (n x columns). */
export const solveCholesky = (l: ArrayLike<number>, b: Float64Array, n: number, columns: number): Float64Array => {
  for (let c = 0; c < columns; c++) {
    for (let i = 0; i < n; i++) {
      let sum = b[i * columns + c] ?? 0
      for (let k = 0; k < i; k++) sum -= (l[i * n + k] ?? 0) * (b[k * columns + c] ?? 0)
      b[i * columns + c] = sum / (l[i * n + i] ?? 1)
    }
    for (let i = n - 1; i >= 0; i--) {
      let sum = b[i * columns + c] ?? 0
      for (let k = i + 1; k < n; k++) sum -= (l[k * n + i] ?? 0) * (b[k * columns + c] ?? 0)
      b[i * columns + c] = sum / (l[i * n + i] ?? 1)
    }
  }
  return b
}
