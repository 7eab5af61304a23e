import { describe, expect, it } from "@effect/vitest"
import { Schema } from "effect"
import { cholesky, multiply, multiplyTransposed, solveCholesky } from "../../../../src/domain/orbit/algebra/matrix.ts"

const entry = Schema.Finite.check(Schema.isBetween({ minimum: -10, maximum: 10 }))
const entries = (count: number) => Schema.Array(entry).check(Schema.isMinLength(count), Schema.isMaxLength(count))

const transposed = (a: ArrayLike<number>, n: number, m: number): Float64Array =>
  new Float64Array(n * m).map((_, at) => a[(at % n) * m + Math.floor(at / n)] ?? 0)

const close = (a: ArrayLike<number>, b: ArrayLike<number>, tolerance = 1e-9): void => {
  expect(a.length).toBe(b.length)
  for (let i = 0; i < a.length; i++) expect(Math.abs((a[i] ?? 0) - (b[i] ?? 0))).toBeLessThanOrEqual(tolerance)
}

/** A' A + 1: positive definite whatever A is. */
const definite = (a: ReadonlyArray<number>, n: number): Float64Array => {
  const out = multiply(transposed(a, n, n), a, n, n, n)
  for (let i = 0; i < n; i++) out[i * (n + 1)] = (out[i * (n + 1)] ?? 0) + 1
  return out
}

describe("matrix", () => {
  it("multiplies rectangles", () => {
    expect(Array.from(multiply([1, 2, 3, 4, 5, 6], [1, 0, 2, 1, 0, 3], 2, 3, 2))).toEqual([5, 11, 14, 23])
  })

  it("puts the result where it is told, and nothing of what was there before", () => {
    const out = new Float64Array(5).fill(7)
    expect(multiply([1, 2, 3, 4], [1, 1], 2, 2, 1, out)).toBe(out)
    expect(Array.from(out)).toEqual([3, 7, 7, 7, 7])
    cholesky([4, 0, 2, 5], 2, out)
    expect(Array.from(out)).toEqual([2, 0, 1, 2, 7])
  })

  it.prop("a times the transpose of b is what it says", [entries(12), entries(18)], ([a, b]) => {
    close(multiplyTransposed(a, b, 2, 6, 3), multiply(a, transposed(b, 3, 6), 2, 6, 3))
  })

  it.prop("the Cholesky factor is lower triangular and its square is the matrix", [entries(16)], ([a]) => {
    const matrix = definite(a, 4)
    const factor = cholesky(matrix, 4) ?? new Float64Array(0)
    close(multiplyTransposed(factor, factor, 4, 4, 4), matrix, 1e-7)
    for (let i = 0; i < 4; i++) for (let j = i + 1; j < 4; j++) expect(factor[4 * i + j]).toBe(0)
    const inPlace = Float64Array.from(matrix)
    expect(Array.from(cholesky(inPlace, 4, inPlace) ?? [])).toEqual(Array.from(factor))
  })

  it.prop("solves for every column", [entries(16), entries(8)], ([a, x]) => {
    const matrix = definite(a, 4)
    const factor = cholesky(matrix, 4) ?? new Float64Array(0)
    close(solveCholesky(factor, multiply(matrix, x, 4, 4, 2), 4, 2), x, 1e-5)
  })

  it("knows what is not positive definite", () => {
    expect(cholesky([1, 2, 2, 1], 2)).toBeUndefined()
    expect(cholesky([0], 1)).toBeUndefined()
    expect(cholesky([Number.NaN], 1)).toBeUndefined()
  })
})
