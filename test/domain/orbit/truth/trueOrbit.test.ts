/** The truth that the track filter is held to is itself held: to closed laws, to another ephemeris of Sun and Moon, and to `src` on one field. */
import { describe, expect, it } from "@effect/vitest"
import { makeForceModel } from "../../../../src/domain/orbit/forces/ForceModel.ts"
import { egm96 } from "../../../../src/domain/orbit/forces/GravityField.ts"
import { convert, temeToGcrfMatrix } from "../../../../src/domain/orbit/frames/frames.ts"
import { rotate } from "../../../../src/domain/orbit/frames/rotation.ts"
import { integrate } from "../../../../src/domain/orbit/integration/integrate.ts"
import { moon, sun } from "../../../support/truth/bodies.ts"
import { equatorOfDate, gcrfToItrf, spin } from "../../../support/truth/earthAxes.ts"
import type { Field } from "../../../support/truth/gravity.ts"
import { makeTrueOrbit } from "../../../support/truth/trueOrbit.ts"
import { fieldOf, truthField } from "../../../support/truth/truthField.ts"

const start = Date.UTC(2026, 2, 20)
const hour = 3_600_000
const teme = { position: [7000e3, 100e3, 200e3], velocity: [-200, 1000, 7480] } as const
const itrf = convert(teme, "TEME", "ITRF", start)
const common = { start, itrf, drag: 0.02, light: 0.012, seed: 1, name: "law" }
const alone = ["bodies", "air", "light"] as const

const zonal = (degree: number, j2: number): Field => {
  const rows = () => Array.from({ length: degree + 1 }, () => new Float64Array(degree + 1))
  const c = rows()
  const second = c[2]
  if (second !== undefined) second[0] = -j2 / Math.sqrt(5)
  return { gm: 3.986004415e14, radius: 6_378_136.3, degree, c, s: rows() }
}

const energy = (y: Float64Array, gm: number): number =>
  ((y[3] ?? 0) ** 2 + (y[4] ?? 0) ** 2 + (y[5] ?? 0) ** 2) / 2 - gm / Math.hypot(y[0] ?? 0, y[1] ?? 0, y[2] ?? 0)

describe("the tests' truth", () => {
  it("keeps a two-body orbit's energy and comes round after its period", () => {
    const field = zonal(2, 0)
    const orbit = makeTrueOrbit({ ...common, field, end: start + 3 * hour, without: alone })
    const first = orbit.gcrfAt(start)
    const e = energy(first, field.gm)
    const period = 2 * Math.PI * Math.sqrt((-field.gm / (2 * e)) ** 3 / field.gm)
    const round = orbit.gcrfAt(start + 1000 * period)
    expect(Math.abs(energy(round, field.gm) / e - 1)).toBeLessThan(1e-10)
    for (let i = 0; i < 3; i++) expect(Math.abs((round[i] ?? 0) - (first[i] ?? 0))).toBeLessThan(1e-3)
  })

  it("turns the node by J2 at the published rate", () => {
    const j2 = 1.0826e-3
    const field = zonal(2, j2)
    const orbit = makeTrueOrbit({ ...common, field, end: start + 25 * hour, without: alone })
    const node = (time: number): { readonly angle: number; readonly inclination: number } => {
      const y = orbit.gcrfAt(time)
      const { matrix } = equatorOfDate(start)
      const turn = (from: number) =>
        [0, 1, 2].map((i) => [0, 1, 2].reduce((s, j) => s + (matrix[3 * i + j] ?? 0) * (y[from + j] ?? 0), 0))
      const [x = 0, u = 0, z = 0] = turn(0)
      const [vx = 0, vy = 0, vz = 0] = turn(3)
      const h = [u * vz - z * vy, z * vx - x * vz, x * vy - u * vx]
      return { angle: Math.atan2(h[0] ?? 0, -(h[1] ?? 0)), inclination: Math.acos((h[2] ?? 0) / Math.hypot(...h)) }
    }
    const e = energy(orbit.gcrfAt(start), field.gm)
    const a = -field.gm / (2 * e)
    const revolution = 2 * Math.PI * Math.sqrt(a ** 3 / field.gm)
    const revolutions = 14
    const mean = (from: number, of: (time: number) => number) =>
      Array.from({ length: 200 }, (_, i) => of(from + 1000 * revolution * i / 200)).reduce(
        (sum, value) => sum + value,
        0
      ) / 200
    const begun = mean(start, (time) => node(time).angle)
    const ended = mean(start + 1000 * revolution * revolutions, (time) => node(time).angle)
    const rate = (ended - begun) / (revolution * revolutions)
    const inclination = mean(start, (time) => node(time).inclination)
    const expected = -1.5 * j2 * Math.sqrt(field.gm / a ** 3) * (field.radius / a) ** 2 * Math.cos(inclination)
    expect(rate / expected).toBeGreaterThan(0.985)
    expect(rate / expected).toBeLessThan(1.015)
  })

  it("keeps Jacobi's integral in a turning field of degree 36", () => {
    const field = fieldOf(egm96)
    const orbit = makeTrueOrbit({ ...common, field, end: start + 6 * hour, without: alone })
    const { matrix } = equatorOfDate(start)
    const pole = [matrix[6] ?? 0, matrix[7] ?? 0, matrix[8] ?? 0]
    /** Without the field's potential: its part over the point mass comes from the difference along the Earth-fixed orbit. */
    const jacobi = (time: number): number => {
      const y = orbit.gcrfAt(time)
      const [x = 0, u = 0, z = 0, vx = 0, vy = 0, vz = 0] = y
      const h = [u * vz - z * vy, z * vx - x * vz, x * vy - u * vx]
      const along = h.reduce((sum, value, i) => sum + value * (pole[i] ?? 0), 0)
      return (vx * vx + vy * vy + vz * vz) / 2 - spin * along - potential(field, orbit.itrfAt(time).position)
    }
    const first = jacobi(start)
    for (const hours of [1, 3, 5.9]) expect(Math.abs(jacobi(start + hours * hour) / first - 1)).toBeLessThan(3e-9)
  })

  it("has Sun and Moon where DE421 has them", () => {
    const time = start
    const off = (a: readonly number[], b: readonly number[]) =>
      Math.hypot(...a.map((value, i) => value / 1000 - (b[i] ?? 0)))
    expect(off(moon(time), [362_541.9, 59_535.3, 45_829.3])).toBeLessThan(400)
    expect(off(sun(time), [148_940_181, -2_322_767, -1_007_535])).toBeLessThan(30_000)
  })

  it("has the Earth's axes that the product has, to a tenth of an arcsecond", () => {
    const x = [7e6, 0, 0] as const
    const theory = rotate(
      temeToGcrfMatrix(start),
      convert({ position: x, velocity: [0, 0, 0] }, "ITRF", "TEME", start).position
    )
    const matrix = gcrfToItrf(start)
    const own = [0, 1, 2].map((j) => [0, 1, 2].reduce((sum, i) => sum + (matrix[3 * i + j] ?? 0) * (x[i] ?? 0), 0))
    expect(Math.hypot(...own.map((value, i) => value - (theory[i] ?? 0)))).toBeLessThan(4)
  })

  it("agrees with src on one field, with Sun and Moon: centimetres after six hours, by other recursion, axes, series and integrator", () => {
    const orbit = makeTrueOrbit({ ...common, field: fieldOf(egm96), end: start + 6 * hour, without: ["air", "light"] })
    const model = makeForceModel({ degree: 36 })
    const state = convert(teme, "TEME", "GCRF", start)
    const y = Float64Array.of(...state.position, ...state.velocity)
    integrate(model, y, 0, start, start + 6 * hour)
    const truth = convert(orbit.itrfAt(start + 6 * hour), "ITRF", "GCRF", start + 6 * hour).position
    const off = Math.hypot(...truth.map((value, i) => value - (y[i] ?? 0)))
    expect(off).toBeLessThan(1)
  })

  it("is another field than the filter's: tens of metres in six hours without drag", () => {
    const orbit = makeTrueOrbit({ ...common, field: truthField(), end: start + 6 * hour, without: ["air", "light"] })
    const y = Float64Array.of(
      ...convert(teme, "TEME", "GCRF", start).position,
      ...convert(teme, "TEME", "GCRF", start).velocity
    )
    integrate(makeForceModel(), y, 0, start, start + 6 * hour)
    const truth = convert(orbit.itrfAt(start + 6 * hour), "ITRF", "GCRF", start + 6 * hour).position
    const off = Math.hypot(...truth.map((value, i) => value - (y[i] ?? 0)))
    expect(off).toBeGreaterThan(5)
    expect(off).toBeLessThan(500)
  })
})

/** The field's potential at an Earth-fixed position by quadrature of its pull along a ray to where it is a point mass. */
const potential = (field: Field, position: readonly [number, number, number]): number => {
  const r = Math.hypot(...position)
  const unit = position.map((value) => value / r)
  // Each term falls as r^-(n+1), so along the ray U_n = r a_n / (n + 1): summed with plain associated Legendre functions.
  let sum = field.gm / r
  const [x = 0, y = 0, z = 0] = unit
  const longitude = Math.atan2(y, x)
  const t = z
  const u = Math.hypot(x, y)
  const p = Array.from({ length: field.degree + 1 }, () => new Float64Array(field.degree + 2))
  const at = (n: number, m: number): number => p[n]?.[m] ?? 0
  const set = (n: number, m: number, value: number) => {
    const row = p[n]
    if (row !== undefined) row[m] = value
  }
  set(0, 0, 1)
  for (let n = 1; n <= field.degree; n++) {
    set(n, n, u * Math.sqrt(n === 1 ? 3 : (2 * n + 1) / (2 * n)) * at(n - 1, n - 1))
    set(n, n - 1, Math.sqrt(2 * n + 1) * t * at(n - 1, n - 1))
    for (let m = n - 2; m >= 0; m--) {
      const a = Math.sqrt((2 * n - 1) * (2 * n + 1) / ((n - m) * (n + m)))
      const b = Math.sqrt((2 * n + 1) * (n + m - 1) * (n - m - 1) / ((n - m) * (n + m) * (2 * n - 3)))
      set(n, m, a * t * at(n - 1, m) - b * at(n - 2, m))
    }
  }
  for (let n = 2; n <= field.degree; n++) {
    for (let m = 0; m <= n; m++) {
      const wave = (field.c[n]?.[m] ?? 0) * Math.cos(m * longitude) + (field.s[n]?.[m] ?? 0) * Math.sin(m * longitude)
      sum += field.gm / r * (field.radius / r) ** n * at(n, m) * wave
    }
  }
  return sum
}
