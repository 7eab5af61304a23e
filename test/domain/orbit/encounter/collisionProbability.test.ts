import { describe, expect, it } from "@effect/vitest"
import { Schema } from "effect"
import { readFileSync } from "node:fs"
import type { Vector3 } from "../../../../src/domain/observation/Observation.ts"
import { erf, erfc, normalInterval } from "../../../../src/domain/orbit/algebra/quadrature.ts"
import {
  collisionProbability,
  type ConjunctionGeometry
} from "../../../../src/domain/orbit/encounter/collisionProbability.ts"
import { encounterOf } from "../../../../src/domain/orbit/encounter/encounter.ts"
import { assessValidity } from "../../../../src/domain/orbit/encounter/validity.ts"
import { Alfano } from "../../../support/publishedConjunctions.ts"
import { testData } from "../../../support/sharedData.ts"

type AlfanoCase = (typeof Alfano.Type)[number]

const cov3 = (...matrices: ReadonlyArray<ReadonlyArray<ReadonlyArray<number>>>): Float64Array => {
  const out = new Float64Array(9)
  for (const m of matrices) {
    for (let i = 0; i < 3; i++) for (let j = 0; j < 3; j++) out[3 * i + j] = (out[3 * i + j] ?? 0) + (m[i]?.[j] ?? 0)
  }
  return out
}

const geometryOf = (c: AlfanoCase) => {
  const encounter = encounterOf(0, { position: c.r1, velocity: c.v1 }, { position: c.r2, velocity: c.v2 })
  const geometry: ConjunctionGeometry = {
    relativePosition: [c.r2[0] - c.r1[0], c.r2[1] - c.r1[1], c.r2[2] - c.r1[2]],
    relativeVelocity: [c.v2[0] - c.v1[0], c.v2[1] - c.v1[1], c.v2[2] - c.v1[2]],
    covariance: cov3(c.cov1_6x6, c.cov2_6x6),
    hardBodyRadius: c.hbr,
    hardBodyShape: "circle"
  }
  return { encounter, geometry }
}

/** Relative motion along z: the encounter plane is x, y with x along a miss given in x. */
const planar = (miss: number, xx: number, xy: number, yy: number, radius: number): ConjunctionGeometry => ({
  relativePosition: [miss, 0, 0],
  relativeVelocity: [0, 0, 10_000],
  covariance: [xx, xy, 0, xy, yy, 0, 0, 0, 1e6],
  hardBodyRadius: radius,
  hardBodyShape: "circle"
})

/** Mid-point sums of the density over the body: slow, coarse and independent. */
const brute = (
  { covariance: c, hardBodyRadius: radius, hardBodyShape, relativePosition }: ConjunctionGeometry
): number => {
  const [xx = 0, xy = 0, , , yy = 0] = Array.from(c)
  const det = xx * yy - xy * xy
  const cells = 1500
  const h = 2 * radius / cells
  let sum = 0
  for (let i = 0; i < cells; i++) {
    const x = -radius + (i + 0.5) * h
    for (let j = 0; j < cells; j++) {
      const y = -radius + (j + 0.5) * h
      if (hardBodyShape === "circle" && x * x + y * y > radius * radius) continue
      const dx = x - relativePosition[0]
      sum += Math.exp(-(yy * dx * dx - 2 * xy * dx * y + xx * y * y) / (2 * det))
    }
  }
  return sum * h * h / (2 * Math.PI * Math.sqrt(det))
}

describe("error function", () => {
  // Abramowitz and Stegun, tables 7.1 and 7.3.
  it.each([[0.5, 0.5204998778130465], [1, 0.8427007929497149], [1.9, 0.9927904292352575], [-0.5, -0.5204998778130465]])(
    "erf(%d)",
    (x, value) => expect(erf(x)).toBeCloseTo(value, 15)
  )
  it.each([[2, 4.677734981047266e-3], [3, 2.209049699858544e-5], [6, 2.1519736712498913e-17]])(
    "erfc(%d) keeps its relative precision",
    (x, value) => expect(erfc(x) / value).toBeCloseTo(1, 13)
  )
  it("intervals add up and mirror", () => {
    expect(normalInterval(-1e-6, 1e-6, 0, 1) / (2e-6 / Math.sqrt(2 * Math.PI))).toBeCloseTo(1, 11)
    const whole = normalInterval(7, 9, 0, 1)
    expect((normalInterval(7, 7.5, 0, 1) + normalInterval(7.5, 9, 0, 1)) / whole).toBeCloseTo(1, 12)
    expect(normalInterval(-9, -7, 0, 1)).toBe(whole)
  })
})

describe("collisionProbability", () => {
  // S. Alfano, Satellite conjunction Monte Carlo analysis, AAS 09-233: differences of the states and sums of the covariances.
  const published: ReadonlyArray<readonly [number, Vector3, Vector3, ReadonlyArray<number>, number, number]> = [
    [
      1,
      [0.49964262, 0.500336997, 4.99996603],
      [-0.01000020319998, 0.010000138589, -1.358061995367e-06],
      [
        12988.30455512,
        -752.294699999,
        -4.491729198826e-05,
        -752.294699999,
        45.12011101678,
        2.550147271442e-06,
        -4.491729198826e-05,
        2.550147271442e-06,
        2.409714169452
      ],
      15,
      0.146749549
    ],
    [
      5,
      [-1.0003183, 1.99966728, 1.00031069],
      [0.30000413499, 0.3000101997995, -0.2999979678998],
      [
        0.1263168753451,
        -37.54276170775,
        -37.54069393723,
        -37.54276170775,
        15809.39956869,
        15808.36154961,
        -37.54069393723,
        15808.36154961,
        15807.63748173
      ],
      10,
      0.044487386
    ]
  ]
  it.each(published)(
    "gives the published Pc of case %d",
    (_, relativePosition, relativeVelocity, covariance, radius, pc) => {
      const geometry = {
        relativePosition,
        relativeVelocity,
        covariance,
        hardBodyRadius: radius,
        hardBodyShape: "circle"
      } as const
      expect((collisionProbability(geometry)?.pc ?? 0) / pc).toBeCloseTo(1, 3)
    }
  )

  const file = testData("orbit/pc_alfano2009.json")
  it("gives Alfano's 2-D Pc", () => {
    for (const c of Schema.decodeSync(Alfano)(readFileSync(file, "utf8"))) {
      const result = collisionProbability(geometryOf(c).geometry)
      if (c.expected.pc2d === null || c.independent_recompute_pc2d === null) expect(result, c.id).toBeUndefined()
      else {
        expect((result?.pc ?? 0) / c.expected.pc2d, c.id).toBeCloseTo(1, 3)
        expect((result?.pc ?? 0) / c.independent_recompute_pc2d, c.id).toBeCloseTo(1, 10)
      }
    }
  })

  it("says of which of Alfano's cases the 2-D assumption fails", () => {
    for (const c of Schema.decodeSync(Alfano)(readFileSync(file, "utf8"))) {
      const { encounter, geometry } = geometryOf(c)
      const probability = collisionProbability(geometry)
      const { states } = assessValidity({
        encounter,
        covariance: geometry.covariance,
        hardBodyRadius: c.hbr,
        probability,
        tracks: [{ objectId: "1", lastObservation: 0 }, { objectId: "2", lastObservation: 0 }],
        at: 0
      })
      const linear = c.id === "alfano2009-03" || c.id === "alfano2009-05"
      expect(states.includes("nonlinear"), c.id).toBe(!linear)
      const error = Math.abs(c.expected.pc_monte_carlo_1e8 / (probability?.pc ?? Number.NaN) - 1)
      if (linear) expect(error, c.id).toBeLessThan(0.006)
    }
  })

  it("is the closed form for a centred circular error: 1 - exp(-R²/2s²)", () => {
    for (const sigma of [0.5, 5, 50, 5000]) {
      const { pc = 0 } = collisionProbability(planar(0, sigma ** 2, 0, sigma ** 2, 10)) ?? {}
      expect(pc / -Math.expm1(-100 / (2 * sigma ** 2))).toBeCloseTo(1, 11)
    }
  })

  it("is density times area for a small body (Chan's limit)", () => {
    const { mahalanobisSquared = 0, pc = 0 } = collisionProbability(planar(300, 4e4, 1e4, 9e4, 0.5)) ?? {}
    expect(pc / (0.25 / (2 * Math.sqrt(4e4 * 9e4 - 1e8)) * Math.exp(-mahalanobisSquared / 2))).toBeCloseTo(1, 4)
  })

  it.each(["circle", "square"] as const)("agrees with brute force over a %s", (hardBodyShape) => {
    for (
      const geometry of [
        planar(12, 100, 60, 90, 10),
        planar(3, 400, -300, 260, 15),
        planar(40, 900, 0, 25, 20),
        planar(30, 16, 35, 100, 20)
      ]
    ) {
      const shaped = { ...geometry, hardBodyShape }
      expect((collisionProbability(shaped)?.pc ?? 0) / brute(shaped)).toBeCloseTo(1, 3)
    }
  })

  it("has its maximum over the scale of the covariance, with the dilution test to match", () => {
    for (const miss of [11, 50, 800, 3000]) {
      for (const hardBodyShape of ["circle", "square"] as const) {
        const at = (factor: number) =>
          collisionProbability({ ...planar(miss, 4e4 * factor, 1e4 * factor, 9e4 * factor, 10), hardBodyShape })
        const result = at(1)
        const scan = Array.from({ length: 400 }, (_, i) => at(Math.exp(-14 + i / 20))?.pc ?? 0)
        expect((result?.pcMaximum ?? 0) / Math.max(...scan)).toBeCloseTo(1, 2)
        expect(result?.diluted).toBe((at(0.98)?.pc ?? 0) > (result?.pc ?? 0))
        expect(result?.pc).toBeLessThanOrEqual(result?.pcMaximum ?? 0)
      }
    }
  })

  const referenceRow = Schema.Tuple([
    Schema.Literals(["circle", "square"]),
    Schema.Finite,
    Schema.Finite,
    Schema.Finite,
    Schema.Finite,
    Schema.Finite,
    Schema.FiniteFromString
  ])
  const reference = Schema.decodeSync(
    Schema.fromJsonString(Schema.Struct({ pc: Schema.Array(referenceRow), pcMaximum: Schema.Array(referenceRow) }))
  )(readFileSync(new URL("data/pcReference.json", import.meta.url), "utf8"))
  const referenceGeometry = ([shape, miss, xx, xy, yy, radius]: (typeof reference.pc)[number]) => ({
    ...planar(miss, xx, xy, yy, radius),
    hardBodyShape: shape
  })

  it("is within 1e-9 of high precision for sigma ratios to 1e3 and Pc down to 1e-30", () => {
    expect(reference.pc.length).toBeGreaterThanOrEqual(200)
    for (const row of reference.pc) {
      const result = collisionProbability(referenceGeometry(row))
      expect(Math.abs((result?.pc ?? 0) / row[6] - 1), JSON.stringify(row)).toBeLessThan(1e-9)
    }
  })

  it("finds the highest Pc over all scales, where there are several maxima too", () => {
    for (const row of reference.pcMaximum) {
      const { pcMaximum = 0 } = collisionProbability(referenceGeometry(row)) ?? {}
      expect(Math.abs(pcMaximum / row[6] - 1), JSON.stringify(row)).toBeLessThan(1e-4)
    }
  })

  it("clips a degenerate covariance and says so", () => {
    const result = collisionProbability(planar(5, 0, 0, 100, 10))
    expect(result?.clipped).toBe(true)
    expect(result?.sigmaMinor).toBeCloseTo(1e-3, 9)
    // Inside the circle with no error in x: the chord at x = 5 decides.
    const chord = Math.sqrt(100 - 25)
    expect(result?.pc).toBeCloseTo(normalInterval(-chord, chord, 0, 10), 6)
  })

  it("is undefined without relative motion, a body or a finite covariance", () => {
    expect(collisionProbability({ ...planar(5, 1, 0, 1, 1), relativeVelocity: [0, 0, 0] })).toBeUndefined()
    expect(collisionProbability(planar(5, 1, 0, 1, 0))).toBeUndefined()
    expect(collisionProbability(planar(5, Number.NaN, 0, 1, 1))).toBeUndefined()
  })
})

describe("the ellipse that is told", () => {
  it.each([[900, 0, 400], [400, 0, 900], [900, 250, 400], [900, -250, 400], [500, 499, 500]])(
    "is that of the covariance: %d %d %d",
    (xx, xy, yy) => {
      const { minorAxis = 0, sigmaMajor = 0, sigmaMinor = 0 } = collisionProbability(planar(70, xx, xy, yy, 10)) ?? {}
      const [cos, sin] = [Math.cos(minorAxis), Math.sin(minorAxis)]
      expect(minorAxis).toBeGreaterThanOrEqual(-Math.PI / 2)
      expect(minorAxis).toBeLessThan(Math.PI / 2)
      expect((sigmaMinor * cos) ** 2 + (sigmaMajor * sin) ** 2).toBeCloseTo(xx, 6)
      expect((sigmaMinor * sin) ** 2 + (sigmaMajor * cos) ** 2).toBeCloseTo(yy, 6)
      expect((sigmaMinor ** 2 - sigmaMajor ** 2) * cos * sin).toBeCloseTo(xy, 6)
    }
  )
})
