import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { Validity } from "../../../src/domain/alert/ConjunctionRisk.ts"
import { levelOf } from "../../../src/domain/alert/level.ts"

type Case = readonly [
  name: string,
  validity: Validity,
  pc: number | null,
  missDistance: number,
  nominalMissDistance: number,
  expected: string
]

const far = 20_000

const cases: ReadonlyArray<Case> = [
  ["a Pc of 1e-7 is none", "valid", 1e-7, far, far, "none by probability"],
  ["just above 1e-7 it is attention", "valid", 1.000001e-7, far, far, "attention by probability"],
  ["a Pc of 1e-4 is attention", "valid", 1e-4, far, far, "attention by probability"],
  ["just above 1e-4 it is action", "valid", 1.000001e-4, far, far, "action by probability"],
  ["a nonlinear Pc counts", "nonlinear", 2e-4, far, far, "action by probability"],
  ["a stale track's Pc counts", "stale-track", 2e-4, far, far, "action by probability"],
  ["a Pc of element sets alone does not count", "tle-only", 1, 5000, far, "none by probability"],
  ["without a Pc, at 5 km none", "invalid-covariance", null, 5000, far, "none by probability"],
  ["just under 5 km attention", "invalid-covariance", null, 4999.999, far, "attention by miss-distance"],
  ["at 1 km attention", "invalid-covariance", null, 1000, far, "attention by miss-distance"],
  ["just under 1 km action", "invalid-covariance", null, 999.999, far, "action by miss-distance"],
  ["nor does a diluted one", "diluted", 1, 5000, far, "none by probability"],
  ["tle-only at 5 km is none", "tle-only", 0, 5000, far, "none by probability"],
  ["tle-only just under 5 km is attention", "tle-only", 0, 4999.999, far, "attention by miss-distance"],
  ["tle-only at 1 km is attention", "tle-only", 0, 1000, far, "attention by miss-distance"],
  ["tle-only just under 1 km is action", "tle-only", 0, 999.999, far, "action by miss-distance"],
  ["diluted just under 5 km is attention", "diluted", 0, 4999.999, far, "attention by miss-distance"],
  ["diluted just under 1 km is action", "diluted", 0, 999.999, far, "action by miss-distance"],
  [
    "a small valid Pc far from the catalogue's limits is none, however near",
    "valid",
    1e-8,
    10,
    5000,
    "none by probability"
  ],
  [
    "inside the catalogue's limits the miss distance counts for good",
    "valid",
    1e-8,
    10,
    4999.999,
    "action by miss-distance"
  ],
  ["... at attention too", "valid", 1e-8, 4999, 4999, "attention by miss-distance"],
  ["... until it leaves the limit", "valid", 1e-8, 5000, 300, "none by probability"],
  ["of two reasons the more urgent is named", "valid", 1e-6, 999, 300, "action by miss-distance"],
  ["of two alike the probability is named", "valid", 1e-6, 4000, 300, "attention by probability"],
  ["the probability is named when it is more urgent", "valid", 1e-3, 4000, 300, "action by probability"]
]

describe("levelOf", () => {
  it.each(cases)("%s", (_, validity, pc, missDistanceMetres, nominalMissDistance, expected) => {
    const { by, level } = levelOf({ validity, pc, missDistanceMetres }, nominalMissDistance)
    assert.strictEqual(`${level} by ${by}`, expected)
  })

  const order = ["none", "attention", "action"]
  const Pc = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))
  const Metres = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 30_000 }))

  it.prop(
    "never falls when the probability rises or the miss shrinks",
    { validity: Validity, pc: Pc, more: Pc, miss: Metres, less: Metres, nominal: Metres },
    ({ less, miss, more, nominal, pc, validity }) => {
      const level = (pc: number, missDistanceMetres: number) =>
        order.indexOf(levelOf({ validity, pc, missDistanceMetres }, nominal).level)
      assert.isAtLeast(level(Math.max(pc, more), Math.min(miss, less)), level(pc, miss))
    }
  )
})
