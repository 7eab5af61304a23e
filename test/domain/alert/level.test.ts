import { describe, expect, it } from "@effect/vitest"
import type { Validity } from "../../../src/domain/alert/ConjunctionRisk.ts"
import { levelOf } from "../../../src/domain/alert/level.ts"

const far = 20_000

describe("levelOf", () => {
  it.each([
    [1.01e-4, "action"],
    [1e-4, "attention"],
    [1.01e-7, "attention"],
    [1e-7, "none"],
    [0, "none"]
  ])("a valid probability of %s is %s, whatever the miss distance", (pc, level) => {
    for (const validity of ["valid", "nonlinear", "stale-track"] as const) {
      expect(levelOf({ pc, missDistanceMetres: 100, validity }, far)).toEqual({ level, by: "probability" })
    }
  })

  it.each([
    [999, "action"],
    [1000, "attention"],
    [4999, "attention"]
  ])("an indicative probability counts for nothing: a miss of %s m is %s", (missDistanceMetres, level) => {
    for (const validity of ["tle-only", "diluted"] satisfies ReadonlyArray<Validity>) {
      for (const pc of [0, 1]) {
        expect(levelOf({ pc, missDistanceMetres, validity }, far)).toEqual({ level, by: "miss-distance" })
      }
    }
  })

  it("an indicative probability and a miss of 5 km are none", () => {
    expect(levelOf({ pc: 1, missDistanceMetres: 5000, validity: "tle-only" }, far).level).toBe("none")
  })

  it.each([
    [698, 698, "action"],
    [4999, 698, "action"],
    [698, 1500, "attention"],
    [698, 5000, "none"],
    [5000, 698, "none"]
  ])("the catalogue's miss of %s m, the tracks' %s m, a small valid probability: %s", (nominal, miss, level) => {
    expect(levelOf({ pc: 1e-30, missDistanceMetres: miss, validity: "valid" }, nominal).level).toBe(level)
  })

  it("the more urgent of both rules holds, and probability where they agree", () => {
    const risk = { missDistanceMetres: 3000, validity: "valid" } as const
    expect(levelOf({ ...risk, pc: 1e-3 }, 3000)).toEqual({ level: "action", by: "probability" })
    expect(levelOf({ ...risk, pc: 1e-6 }, 3000)).toEqual({ level: "attention", by: "probability" })
    expect(levelOf({ ...risk, pc: 1e-9 }, 3000)).toEqual({ level: "attention", by: "miss-distance" })
  })
})
