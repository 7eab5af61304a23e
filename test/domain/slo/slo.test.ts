import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import {
  bandOf,
  budgetRemaining,
  budgetReport,
  burnRate,
  complianceOf,
  worstBand
} from "../../../src/domain/slo/errorBudget.ts"
import {
  alertLatency,
  bucketMillis,
  makeObjective,
  objectives,
  subscriberPromise
} from "../../../src/domain/slo/Objective.ts"
import { addCounts, bucketOf, countsSince, makeRollingWindow } from "../../../src/domain/slo/RollingWindow.ts"

const day = 86_400_000

describe("objectives", () => {
  it("those of alerts are 30 s at 99.9 % and 60 s at 99.5 %, over 30 days, and valid", () => {
    assert.deepStrictEqual(
      objectives.map((
        { name, target, thresholdMillis, windowMillis }
      ) => [name, thresholdMillis, target, windowMillis]),
      [["alert-latency", 30_000, 0.999, 30 * day], ["subscriber-promise", 60_000, 0.995, 30 * day]]
    )
    for (const objective of objectives) assert.isTrue(Result.isSuccess(makeObjective(objective)))
  })

  it.each([
    ["name", { name: "Alert latency" }],
    ["target of all", { target: 1 }],
    ["target of none", { target: 0 }],
    ["limit", { thresholdMillis: 0 }],
    ["window", { windowMillis: bucketMillis - 1 }]
  ])("refuses a wrong %s", (_, wrong) => {
    assert.isTrue(Result.isFailure(makeObjective({ ...alertLatency, ...wrong })))
  })
})

describe("error budget", () => {
  it.each(
    [
      [1, "free"],
      [0.5001, "free"],
      [0.5, "care"],
      [0.1, "care"],
      [0.0999, "freeze"],
      [1e-9, "freeze"],
      [0, "exhausted"],
      [-3, "exhausted"]
    ] as const
  )("with %d left the band is %s", (remaining, band) => {
    assert.strictEqual(bandOf(remaining), band)
  })

  it("is the bad events that the target allows", () => {
    assert.strictEqual(budgetRemaining(subscriberPromise, { good: 0, bad: 0 }), 1)
    assert.closeTo(budgetRemaining(subscriberPromise, { good: 999, bad: 1 }), 0.8, 1e-9)
    assert.closeTo(budgetRemaining(subscriberPromise, { good: 995, bad: 5 }), 0, 1e-9)
    assert.closeTo(budgetRemaining(subscriberPromise, { good: 990, bad: 10 }), -1, 1e-9)
    assert.strictEqual(complianceOf({ good: 3, bad: 1 }), 0.75)
    assert.strictEqual(complianceOf({ good: 0, bad: 0 }), 1)
  })

  it("burns at 1 when exactly what is allowed is spent", () => {
    assert.closeTo(burnRate(alertLatency, { good: 999, bad: 1 }), 1, 1e-9)
    assert.strictEqual(burnRate(alertLatency, { good: 0, bad: 0 }), 0)
  })

  it("is told with the burn of the last minutes and days, and the worst band is that of all", () => {
    const window = makeRollingWindow(30 * day)
    const now = 40 * day
    addCounts(window, now - 20 * day, { good: 9999, bad: 0 })
    addCounts(window, now, { good: 0, bad: 1 })
    const report = budgetReport(alertLatency, window, now)
    assert.deepStrictEqual([report.good, report.bad, report.band], [9999, 1, "free"])
    assert.closeTo(report.remaining, 0.9, 1e-9)
    assert.deepStrictEqual(report.burnRates.map(([span]) => span), ["5m", "1h", "6h", "3d"])
    for (const [, rate] of report.burnRates) assert.closeTo(rate, 1000, 1e-6)
    const exhausted = budgetReport(subscriberPromise, makeRollingWindow(30 * day), now)
    assert.strictEqual(worstBand([exhausted, { ...exhausted, band: "freeze" }, report]), "freeze")
    assert.strictEqual(worstBand([]), "free")
  })
})

describe("rolling window", () => {
  const Event = Schema.Struct({
    minute: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 2000 })),
    bad: Schema.Boolean
  })

  it.prop(
    "counts what a list of all events would, and holds no more buckets than its length",
    { events: Schema.Array(Event), since: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 2000 })) },
    ({ events, since }) => {
      const window = makeRollingWindow(600 * 60_000)
      const ordered = events.toSorted((a, b) => a.minute - b.minute)
      for (const { bad, minute } of ordered) addCounts(window, minute * 60_000, { good: bad ? 0 : 1, bad: bad ? 1 : 0 })
      const newest = bucketOf((ordered.at(-1)?.minute ?? 0) * 60_000)
      const from = since * 60_000
      const counted = ordered.filter(({ minute }) => {
        const bucket = bucketOf(minute * 60_000)
        return bucket >= newest - window.windowMillis && bucket + bucketMillis > from
      })
      assert.deepStrictEqual(countsSince(window, from), {
        good: counted.filter(({ bad }) => !bad).length,
        bad: counted.filter(({ bad }) => bad).length
      })
      assert.isAtMost(window.buckets.size, window.windowMillis / bucketMillis + 1)
    }
  )

  it("leaves out what is older than its length when it comes", () => {
    const window = makeRollingWindow(day)
    addCounts(window, 10 * day, { good: 1, bad: 0 })
    addCounts(window, 8 * day, { good: 0, bad: 1 })
    assert.deepStrictEqual(countsSince(window, 0), { good: 1, bad: 0 })
  })
})
