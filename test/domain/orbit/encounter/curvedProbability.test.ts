import { describe, expect, it } from "@effect/vitest"
import { curvedProbability } from "../../../../src/domain/orbit/encounter/curvedProbability.ts"
import { expectedCollisions } from "../../../../src/domain/orbit/encounter/expectedCollisions.ts"
import { overlapModel } from "../../../../src/domain/orbit/encounter/peakOverlap.ts"
import {
  alfanoConjunctions,
  alfanoFile,
  caraConjunctions,
  type PublishedConjunction
} from "../../../support/publishedConjunctions.ts"

const pairOf = ({ objects: [primary, secondary] }: PublishedConjunction) => ({ primary, secondary })

describe("curved probability", () => {
  it("two dimensions: Hall's figures and Monte Carlo, of all but the three slow ones of CARA's", () => {
    for (const c of caraConjunctions()) {
      const curved = curvedProbability(pairOf(c), c.hardBodyRadius, "circle", false)
      if (curved?.method !== "nc-2d") {
        expect(c.id).toMatch(/^000048901_conj_000048903/)
        continue
      }
      expect(Math.abs(curved.pc / c.nc2d - 1), c.id).toBeLessThan(0.004)
      // The Monte Carlo of 1.5e-7 has 599 hits.
      expect(Math.abs(curved.pc / c.monteCarlo - 1), c.id).toBeLessThan(0.1)
    }
  })

  it("three dimensions: Hall's figures and Monte Carlo, all of CARA's", { timeout: 60_000 }, () => {
    for (const c of caraConjunctions()) {
      const curved = curvedProbability(pairOf(c), c.hardBodyRadius, "circle", true)
      expect(curved?.method).toBe("nc-3d")
      expect(Math.abs((curved?.pc ?? 0) / c.nc3d - 1), c.id).toBeLessThan(0.005)
      expect(Math.abs((curved?.pc ?? 0) / c.monteCarlo - 1), c.id).toBeLessThan(0.1)
    }
  })

  it.skipIf(alfanoFile === undefined)("three dimensions: Alfano's twelve over his spans", { timeout: 120_000 }, () => {
    for (const c of alfanoConjunctions()) {
      const model = overlapModel(pairOf(c))
      const span = c.span ?? NaN
      const expected = model && expectedCollisions(model, c.hardBodyRadius, [-span, span])
      expect(Math.abs((expected ?? 0) / c.entries - 1), c.id).toBeLessThan(0.012)
    }
  })

  it("over a square is that over the circle, larger by the area", () => {
    const [c] = caraConjunctions()
    if (c === undefined) throw new Error("no case")
    for (const long of [false, true]) {
      const [circle, square] = (["circle", "square"] as const).map((shape) =>
        curvedProbability(pairOf(c), 0.5, shape, long)?.pc
      )
      expect((square ?? 0) / (circle ?? 1)).toBeCloseTo(4 / Math.PI, 2)
    }
  })

  it("is undefined for an orbit that is not bound", () => {
    const [c] = caraConjunctions()
    if (c === undefined) throw new Error("no case")
    const { primary, secondary } = pairOf(c)
    expect(
      curvedProbability(
        {
          primary,
          secondary: { ...secondary, state: { position: secondary.state.position, velocity: [12_000, 0, 0] } }
        },
        5,
        "circle",
        false
      )
    )
      .toBeUndefined()
  })
})
