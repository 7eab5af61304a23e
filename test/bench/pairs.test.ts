import { assert, describe, it } from "@effect/vitest"
import { formatRatio, runPairs, studentT } from "../../bench/support/pairs.ts"

describe("interleaved pairs", () => {
  // Tables of the distribution, 97.5 %.
  it.each([[10, 2.228], [19, 2.093], [29, 2.045], [100, 1.984]])(
    "Student's t with %d degrees of freedom",
    (degrees, value) => {
      assert.closeTo(studentT(degrees), value, 0.002)
    }
  )

  it("warms up, interleaves in alternating order, and gives the ratio with its interval", async () => {
    const calls: Array<string> = []
    let drift = 100
    const cost = (name: string, factor: number, noise: number) => () => {
      calls.push(name)
      drift *= 1.1
      return drift * factor * noise
    }
    // Within a pair the second call costs 1.1 more by the drift; alternating, that cancels.
    const result = await runPairs(cost("a", 1, 1), cost("b", 2, 1), { pairs: 4, warmUp: 3 })
    assert.strictEqual(result.pairs, 20)
    assert.strictEqual(calls.length, 2 * 23)
    assert.strictEqual(calls.slice(0, 6).join(""), "abbaab")
    assert.closeTo(result.ratio, 2, 0.001)
    assert.isBelow(result.low, 2)
    assert.isAbove(result.high, 2)
    // Logarithms of the ratios are ln 2 ± ln 1.1, ten of each: the half width is t(19) ln 1.1 sqrt(20/19) / sqrt(20).
    assert.closeTo(Math.log(result.high / result.ratio), 2.093 * Math.log(1.1) / Math.sqrt(19), 0.0005)
    assert.match(formatRatio("a", "b", result), /^b\/a 2\.000 \(95 % 1\.9\d\d to 2\.\d\d\d, 20 pairs\)$/)
  })
})
