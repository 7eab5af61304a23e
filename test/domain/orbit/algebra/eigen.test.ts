import { describe, expect, it } from "@effect/vitest"
import { eigenSymmetric } from "../../../../src/domain/orbit/algebra/eigen.ts"
import { stream } from "../../../../src/domain/simulation/random.ts"

describe("eigenSymmetric", () => {
  it("gives unit vectors at right angles, ascending values, and the matrix back", () => {
    const random = stream(1, "eigen")
    for (let round = 0; round < 40; round++) {
      const n = round % 2 === 0 ? 3 : 6
      const a = Float64Array.from({ length: n * n }, () => random.normal())
      for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) a[n * i + j] = a[n * j + i] ?? 0
      const { values, vectors } = eigenSymmetric(a, n)
      expect([...values].sort((x, y) => x - y)).toEqual(values)
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) {
          let [product, rebuilt] = [0, 0]
          for (let k = 0; k < n; k++) {
            product += (vectors[i]?.[k] ?? 0) * (vectors[j]?.[k] ?? 0)
            rebuilt += (values[k] ?? 0) * (vectors[k]?.[i] ?? 0) * (vectors[k]?.[j] ?? 0)
          }
          expect(product).toBeCloseTo(i === j ? 1 : 0, 12)
          expect(rebuilt).toBeCloseTo(a[n * i + j] ?? 0, 12)
        }
      }
    }
  })

  it("keeps the small value of a long thin ellipsoid", () => {
    // Turned by 30 degrees: 1e8 and 1.
    const [c, s] = [Math.sqrt(3) / 2, 0.5]
    const a = [1e8 * c * c + s * s, (1e8 - 1) * c * s, 0, (1e8 - 1) * c * s, 1e8 * s * s + c * c, 0, 0, 0, 50]
    const { values } = eigenSymmetric(a, 3)
    expect(values[0]).toBeCloseTo(1, 6)
    expect(values[1]).toBeCloseTo(50, 9)
    expect((values[2] ?? 0) / 1e8).toBeCloseTo(1, 12)
  })
})
