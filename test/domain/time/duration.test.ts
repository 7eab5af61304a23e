import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { formatDuration, parseDuration } from "../../../src/domain/time/duration.ts"

describe("durations", () => {
  it.each([
    ["20s", 20_000],
    ["10m", 600_000],
    ["1.5h", 5_400_000],
    ["250ms", 250],
    ["2d", 172_800_000],
    [" 3 seconds ", 3000],
    ["250 millis", 250],
    ["1 day", 86_400_000]
  ])("%s is %d ms", (text, millis) => {
    assert.strictEqual(parseDuration(text), millis)
  })

  it.each(["", "20", "s", "0s", "-1s", "1 fortnight", "1s2s", "Infinity s", `${"9".repeat(400)}s`])(
    "%s is none",
    (text) => {
      assert.isUndefined(parseDuration(text))
    }
  )

  const millis = Schema.Int.pipe(Schema.check(Schema.isBetween({ minimum: 1, maximum: 1e12 })))
  it.prop("what is written is read back", { millis }, ({ millis }) => {
    assert.strictEqual(parseDuration(formatDuration(millis)), millis)
  })

  it("is written in the greatest unit that holds it", () => {
    assert.deepStrictEqual([100, 2000, 600_000, 86_400_000, 90_000].map(formatDuration), [
      "100ms",
      "2s",
      "10m",
      "1d",
      "90s"
    ])
  })
})
