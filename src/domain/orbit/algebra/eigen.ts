/** Eigenvalues and vectors of small symmetric matrices, by Jacobi's rotations (Golub and Van Loan, Matrix Computations, 8.5). */

export interface Eigen {
  /** Ascending. */
  readonly values: ReadonlyArray<number>
  /** Unit vectors, in the order of the values. */
  readonly vectors: ReadonlyArray<ReadonlyArray<number>>
}

const sweeps = 30

/** Of a symmetric n x n matrix, row by row; only the mean of both triangles counts. */
export const eigenSymmetric = (matrix: ArrayLike<number>, n: number): Eigen => {
  const a = Float64Array.from(
    { length: n * n },
    (_, i) => ((matrix[i] ?? 0) + (matrix[(i % n) * n + Math.floor(i / n)] ?? 0)) / 2
  )
  const v = Float64Array.from({ length: n * n }, (_, i) => i % (n + 1) === 0 ? 1 : 0)
  const at = (m: Float64Array, i: number, j: number): number => m[i * n + j] ?? 0
  for (let sweep = 0; sweep < sweeps; sweep++) {
    let turned = false
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        const apq = at(a, p, q)
        // Below this a rotation changes neither eigenvalue.
        if (Math.abs(apq) <= 1e-18 * Math.sqrt(Math.abs(at(a, p, p) * at(a, q, q)))) continue
        turned = true
        const theta = (at(a, q, q) - at(a, p, p)) / (2 * apq)
        const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.hypot(theta, 1))
        const c = 1 / Math.hypot(t, 1)
        const s = t * c
        for (let k = 0; k < n; k++) {
          const [akp, akq] = [at(a, k, p), at(a, k, q)]
          a[k * n + p] = c * akp - s * akq
          a[k * n + q] = s * akp + c * akq
        }
        for (let k = 0; k < n; k++) {
          const [apk, aqk] = [at(a, p, k), at(a, q, k)]
          a[p * n + k] = c * apk - s * aqk
          a[q * n + k] = s * apk + c * aqk
          const [vkp, vkq] = [at(v, k, p), at(v, k, q)]
          v[k * n + p] = c * vkp - s * vkq
          v[k * n + q] = s * vkp + c * vkq
        }
      }
    }
    if (!turned) break
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => at(a, i, i) - at(a, j, j))
  return {
    values: order.map((i) => at(a, i, i)),
    vectors: order.map((i) => Array.from({ length: n }, (_, k) => at(v, k, i)))
  }
}
