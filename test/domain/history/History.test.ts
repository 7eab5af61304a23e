/** The short history: rings of two resolutions, rates of counters, gaps, bounds. */
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { coarse, fine, History, mostSeries } from "../../../src/domain/history/History.ts"
import { quantileBetween } from "../../../src/domain/history/quantile.ts"
import type { SeriesKind } from "../../../src/domain/history/Series.ts"

const kinds = new Map<string, SeriesKind>([["count_total", "rate"], ["level", "gauge"], ["worst", "peak"]])
const everything = { names: [], since: -Infinity, until: Infinity }

const values = (history: History, name: string, resolution: "fine" | "coarse" = "fine") =>
  history.read({ ...everything, names: [name], resolution }).series[0]?.values

describe("the short history", () => {
  it("keeps a counter's growth a second, a gap where nothing is known, and counts on when the counter began anew", () => {
    const history = new History(kinds)
    const totals = [10, 14, undefined, 22, 3]
    totals.forEach((total, second) => history.sample(second * 2000, (sample) => sample("count_total", total)))
    assert.deepStrictEqual(values(history, "count_total"), [null, 2, null, 4, 1.5])
  })

  it("passes over what it is not to keep, and bounds its series", () => {
    const history = new History(kinds)
    history.sample(0, (sample) => {
      sample("other", 1)
      for (let i = 0; i < mostSeries + 7; i++) sample("level", i, { i: String(i) })
    })
    const { series } = history.read({ ...everything, resolution: "fine" })
    assert.strictEqual(series.length, mostSeries)
    assert.strictEqual(history.refused, 7)
    assert.isAtMost(history.bytes, 6e6)
  })

  it.prop(
    "a coarse point is the mean of its fine ones, or the greatest of a peak; both rings hold their last points in rising time",
    [
      Schema.Array(Schema.Int.pipe(Schema.check(Schema.isBetween({ minimum: 0, maximum: 1000 })))).pipe(
        Schema.check(Schema.isMinLength(1))
      )
    ],
    ([given]) => {
      const history = new History(kinds)
      const samples = Array.from({ length: 700 }, (_, i) => given[i % given.length] ?? 0)
      samples.forEach((value, second) =>
        history.sample(second * 1000, (sample) => {
          sample("level", value)
          sample("worst", value)
        })
      )
      assert.deepStrictEqual(values(history, "level"), samples.slice(-fine.points))
      const tens = Array.from({ length: 70 }, (_, i) => samples.slice(10 * i, 10 * i + 10))
      const means = tens.map((ten) => Math.fround(ten.reduce((sum, one) => sum + one, 0) / 10))
      assert.deepStrictEqual(values(history, "level", "coarse"), means)
      assert.deepStrictEqual(values(history, "worst", "coarse"), tens.map((ten) => Math.max(...ten)))
      const { times } = history.read({ ...everything, resolution: "fine" })
      assert.deepStrictEqual(times, times.toSorted((a, b) => a - b))
      assert.isAtMost(values(history, "level", "coarse")?.length ?? 0, coarse.points)
    },
    { arbitrary: { runs: 20 } }
  )

  it("a part is cut by time, and by names with a star at their end", () => {
    const history = new History(kinds)
    for (let second = 0; second < 20; second++) {
      history.sample(second * 1000, (sample) => {
        sample("level", second)
        sample("worst", second)
      })
    }
    const part = history.read({ names: ["lev*"], since: 5000, until: 7000, resolution: "fine" })
    assert.deepStrictEqual(part.times, [5000, 6000, 7000])
    assert.deepStrictEqual(part.series.map(({ name }) => name), ["level"])
    assert.deepStrictEqual(part.series[0]?.values, [5, 6, 7])
    assert.strictEqual(history.recent("level", {}, 4), 17.5)
    assert.isUndefined(history.recent("nothing", {}, 4))
  })
})

describe("a quantile between two looks at a histogram", () => {
  it("is of what came in between alone", () => {
    const before = [[1, 100], [2, 100], [4, 100]] as const
    const after = [[1, 100], [2, 150], [4, 200]] as const
    assert.strictEqual(quantileBetween(before, after, 100, 0.5), 2)
    assert.strictEqual(quantileBetween(before, after, 100, 0.75), 3)
    assert.isUndefined(quantileBetween(after, after, 0, 0.5))
    assert.strictEqual(quantileBetween([], [[1, 0], [2, 0]], 5, 0.99), 2, "above all boundaries: the last one")
  })
})
