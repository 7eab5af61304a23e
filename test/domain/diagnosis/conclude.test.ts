/** The engine at its bounds: what is named, what stands aside, and when it says that it cannot tell. */
import { assert, describe, it } from "@effect/vitest"
import { causes } from "../../../src/domain/diagnosis/causes.ts"
import { conclude, findingsOf } from "../../../src/domain/diagnosis/conclude.ts"
import type { Evidence } from "../../../src/domain/diagnosis/Evidence.ts"
import { type Finding, leastConfidence } from "../../../src/domain/diagnosis/Finding.ts"
import { processRules } from "../../../src/domain/diagnosis/rules/process.ts"
import { stageRules } from "../../../src/domain/diagnosis/rules/stages.ts"

const nothing: Evidence = { asked: "2026-03-20T00:00:00Z", missing: [] }
const finding = (given: Partial<Finding>): Finding => ({
  cause: "silent-sensor",
  where: "radar-a",
  confidence: 0.9,
  because: "seen",
  ...given
})
const of = (...findings: ReadonlyArray<Finding>) => conclude(nothing, "auto", [() => findings])

const times = (count: number, from = Date.parse("2026-03-20T00:00:00Z")) =>
  Array.from({ length: count }, (_, second) => new Date(from + second * 1000).toISOString())

type Series = NonNullable<Evidence["history"]>["series"][number]

const history = (
  series: ReadonlyArray<
    { readonly name: string; readonly labels?: Record<string, string>; readonly values: ReadonlyArray<number> }
  >,
  at: ReadonlyArray<string> = times(series[0]?.values.length ?? 0)
): Evidence => ({
  ...nothing,
  history: {
    at: at.at(-1) ?? "",
    stepSeconds: 1,
    times: at,
    series: series.map(({ labels = {}, name, values }): Series => ({ name, labels, kind: "gauge", values })),
    memoryBytes: 0,
    refusedSeries: 0
  }
})

const causesOf = (evidence: Evidence, rules: typeof processRules) =>
  findingsOf(evidence, rules).map(({ cause }) => cause)

describe("a conclusion", () => {
  it("cannot tell where nothing could be asked: never healthy by ignorance", () => {
    assert.strictEqual(conclude(nothing, "auto").verdict, "unsure")
  })

  it("is named at the least confidence, and not under it", () => {
    assert.strictEqual(of(finding({ confidence: leastConfidence })).verdict, "cause")
    const under = of(finding({ confidence: leastConfidence - 0.01 }))
    assert.strictEqual(under.verdict, "unsure")
    assert.strictEqual(under.cause, null)
    assert.strictEqual(under.also.length, 1)
  })

  it("what explains another stands alone: the units of a sensor, and not what follows from them at the same sensor", () => {
    const units = finding({ cause: "wrong-units", confidence: 0.9, explains: ["partner-rubbish"] })
    const follows = finding({ cause: "partner-rubbish", confidence: 0.95 })
    assert.deepStrictEqual(of(follows, units), of(units))
    const elsewhere = of({ ...follows, where: "radar-b" }, units)
    assert.deepStrictEqual([elsewhere.where, elsewhere.also.map(({ where }) => where)], ["radar-b", ["radar-a"]])
  })

  it("what is asked about comes before what is as sure", () => {
    const stage = finding({ cause: "slow-stage", where: "assess", confidence: 0.8 })
    const sensor = finding({ confidence: 0.85 })
    assert.strictEqual(conclude(nothing, "auto", [() => [stage, sensor]]).cause, "silent-sensor")
    assert.strictEqual(conclude(nothing, "spike", [() => [stage, sensor]]).cause, "slow-stage")
  })

  it("every cause has a title and a remedy", () => {
    for (const [id, { remedy, title }] of Object.entries(causes)) {
      assert.isAbove(title.length * remedy.length, 0, id)
    }
  })
})

describe("rules at their bounds", () => {
  it("an event loop is full from 95 %, over at least ten samples", () => {
    const loop = (values: ReadonlyArray<number>) => history([{ name: "nodejs_eventloop_utilization_ratio", values }])
    assert.deepStrictEqual(causesOf(loop(Array(20).fill(0.96)), processRules), ["busy-process"])
    assert.deepStrictEqual(causesOf(loop(Array(20).fill(0.94)), processRules), [])
    assert.deepStrictEqual(causesOf(loop(Array(9).fill(1)), processRules), [])
  })

  it("a pause is one of more than 10 s, within the last two minutes", () => {
    const paused = (seconds: number, after: number) =>
      history(
        [{ name: "alerts_open", values: Array(10 + after).fill(1) }],
        [...times(10), ...times(after, Date.parse("2026-03-20T00:00:09Z") + seconds * 1000)]
      )
    assert.deepStrictEqual(causesOf(paused(11, 5), processRules), ["paused-process"])
    assert.deepStrictEqual(causesOf(paused(10, 5), processRules), [])
    assert.deepStrictEqual(causesOf(paused(11, 130), processRules), [])
  })

  it("repeats are a fault from 3 % on", () => {
    const repeats = (filtered: number) =>
      history([
        {
          name: "operator_events_total",
          labels: { stage: "dedupe", outcome: "filtered" },
          values: Array(30).fill(filtered)
        },
        {
          name: "operator_events_total",
          labels: { stage: "dedupe", outcome: "processed" },
          values: Array(30).fill(100)
        }
      ])
    assert.deepStrictEqual(causesOf(repeats(10), stageRules), ["duplicates"])
    assert.deepStrictEqual(causesOf(repeats(2), stageRules), [])
    assert.strictEqual(findingsOf(repeats(10), stageRules)[0]?.since, "2026-03-20T00:00:00.000Z")
  })
})
