import { describe, expect, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { egm96, type GravityField, placeOf, truncated } from "../../../../src/domain/orbit/forces/GravityField.ts"
import { makeHarmonics } from "../../../../src/domain/orbit/forces/harmonics.ts"
import { sharedData } from "../../../support/sharedData.ts"
import { makeGravity } from "../../../support/truth/gravity.ts"
import { fieldOf } from "../../../support/truth/truthField.ts"

const points = [[7e6, 1e5, 2e5], [-3e6, 4e6, 5e6], [1e3, 2e3, -6.9e6], [4.2e7, -1e6, 3e4], [6.5e6, 10, 0]] as const

const accelerationOf = (field: GravityField, [x, y, z]: readonly [number, number, number]): Float64Array => {
  const out = new Float64Array(3)
  makeHarmonics(field)(x, y, z, out)
  return out
}

describe("Cunningham's recursion", () => {
  it.each([2, 8, 20, 36])("gives what normalised Legendre functions give, degree %i", (degree) => {
    const field = truncated(egm96, degree)
    const other = makeGravity(fieldOf(field))
    for (const point of points) {
      const expected = new Float64Array(3)
      const [x, y, z] = point
      other(x, y, z, expected)
      const found = accelerationOf(field, point)
      for (let i = 0; i < 3; i++) expect(Math.abs((found[i] ?? 0) - (expected[i] ?? 0))).toBeLessThan(1e-12)
    }
  })

  it("degree 0 is a point mass, degree 2 without sectorials the closed form of J2", () => {
    const [x, y, z] = points[1]
    const r = Math.hypot(x, y, z)
    const mu = egm96.gravitationalParameter
    const point = accelerationOf(truncated(egm96, 0), points[1])
    expect(point[0]).toBeCloseTo(-mu * x / r ** 3, 12)
    const c = new Float64Array(6)
    c[0] = 1
    c[placeOf(2, 0)] = egm96.c[placeOf(2, 0)] ?? 0
    const j2 = -Math.sqrt(5) * (c[placeOf(2, 0)] ?? 0)
    const zonal = accelerationOf({ ...egm96, degree: 2, c, s: new Float64Array(6) }, points[1])
    const k = 1.5 * j2 * mu * egm96.radius ** 2 / r ** 5
    const s = 5 * z * z / (r * r)
    expect(zonal[0]).toBeCloseTo(-mu * x / r ** 3 - k * x * (1 - s), 11)
    expect(zonal[1]).toBeCloseTo(-mu * y / r ** 3 - k * y * (1 - s), 11)
    expect(zonal[2]).toBeCloseTo(-mu * z / r ** 3 - k * z * (3 - s), 11)
    expect(j2).toBeCloseTo(1.0826267e-3, 9)
  })

  const file = sharedData("orbit/gravity_egm96_36.csv")
  it.skipIf(file === undefined)("the table holds every figure of the published file", () => {
    const rows = readFileSync(file ?? "", "utf8").trim().split("\n").slice(2).map((line) => line.split(",").map(Number))
    expect(rows.length).toBe(700)
    for (const [n = 0, m = 0, c = 0, s = 0] of rows) {
      expect(egm96.c[placeOf(n, m)]).toBe(c)
      expect(egm96.s[placeOf(n, m)]).toBe(s)
    }
  })
})
