import { assert, describe, it } from "@effect/vitest"
import { checkSummary } from "../../../scripts/ci/checkSummary.ts"

const stage = (name: string, changes: Readonly<Record<string, number>> = {}) => ({
  stage: name,
  in: 10,
  processed: 10,
  filtered: 0,
  late: 0,
  dead: 0,
  shed: 0,
  inFlight: 0,
  emitted: 10,
  ...changes
})

const sound = {
  seed: 7,
  startedAt: "2026-01-01T00:00:00.000000Z",
  stoppedAt: "2026-01-01T00:00:20.000000Z",
  elapsedSeconds: 20,
  observations: { total: 10, bySourceKind: { radar: 6, optical: 3, isl: 1 } },
  stages: [stage("decode", { processed: 8, dead: 2, emitted: 8 }), stage("validate", { in: 8, processed: 8 })],
  alerts: [{
    alertId: "a",
    objects: ["1", "2"],
    level: "action",
    tca: "2026-01-01T01:00:00Z",
    missDistanceMetres: 698,
    pc: 1e-5,
    validity: "valid",
    sequence: 0
  }],
  deadLetters: { total: 2, byErrorKind: { SchemaViolation: 2 } },
  canaries: { emitted: 0, arrived: 0, late: 0, missed: 0 },
  traces: { sampled: 0, kept: 0 }
}

const check = (changes: Partial<Record<keyof typeof sound, unknown>>): ReadonlyArray<string> =>
  checkSummary(JSON.stringify({ ...sound, ...changes }))

describe("checkSummary", () => {
  it("finds nothing in a sound summary, one with more fields included", () => {
    assert.deepStrictEqual(check({}), [])
    assert.deepStrictEqual(checkSummary(JSON.stringify({ ...sound, host: "a" })), [])
  })

  it("reports an event that is neither processed nor counted out", () => {
    assert.deepStrictEqual(check({ stages: [stage("decode", { late: 1, processed: 8 })] }), [
      "decode: in 10, but 9 processed, filtered, late, dead or shed"
    ])
  })

  it("reports what is in flight after the drain", () => {
    assert.deepStrictEqual(check({ stages: [stage("decode", { inFlight: 1 })] }), [
      "decode: 1 in flight after the drain"
    ])
  })

  it("reports events lost between two stages", () => {
    assert.deepStrictEqual(check({ stages: [stage("decode", { emitted: 11 }), stage("validate")] }), [
      "decode emitted 11, but validate took in 10"
    ])
  })

  it("reports a kind of sensor that sent nothing, and no alerts", () => {
    assert.deepStrictEqual(check({ observations: { total: 1, bySourceKind: { radar: 1, isl: 0 } }, alerts: [] }), [
      "no observation from a sensor of kind optical",
      "no observation from a sensor of kind isl",
      "no alert"
    ])
  })

  it("reports what is no summary", () => {
    for (const text of ["", "> perigee run", "{}", JSON.stringify({ ...sound, seed: "7" })]) {
      assert.match(checkSummary(text)[0] ?? "", /^not a run summary: /, text)
    }
  })
})
