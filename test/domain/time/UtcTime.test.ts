import { describe, expect, it } from "@effect/vitest"
import { Schema } from "effect"
import * as UtcTime from "../../../src/domain/time/UtcTime.ts"

const whole = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))

const padded = (value: number, width: number): string => String(value).padStart(width, "0")

/** The same instant in a form that is read another way: an offset in place of Z. */
const withOffset = (text: string): string => text.replace(/Z$/, "+00:00")

describe("UtcTime.parse", () => {
  it.prop(
    "reads a time in Z and with an offset alike, dates and clocks that do not exist included",
    {
      year: whole(0, 9999),
      month: whole(0, 13),
      day: whole(0, 32),
      hour: whole(0, 24),
      minute: whole(0, 60),
      second: whole(0, 61),
      digits: whole(0, 11),
      fraction: whole(0, 99_999_999_999)
    },
    ({ day, digits, fraction, hour, minute, month, second, year }) => {
      const decimals = digits === 0 ? "" : `.${padded(fraction, 11).slice(0, digits)}`
      const date = `${padded(year, 4)}-${padded(month, 2)}-${padded(day, 2)}`
      const text = `${date}T${padded(hour, 2)}:${padded(minute, 2)}:${padded(second, 2)}${decimals}Z`
      expect(UtcTime.parse(text)).toBe(UtcTime.parse(withOffset(text)))
    },
    { arbitrary: { runs: 2000 } }
  )

  it.prop(
    "takes no text with a wrong character",
    { at: whole(0, 26), unit: whole(0, 0x2ff) },
    ({ at, unit }) => {
      const right = "2026-03-20T00:59:59.109492Z"
      const text = right.slice(0, at) + String.fromCharCode(unit) + right.slice(at + 1)
      expect(UtcTime.parse(text)).toBe(UtcTime.parse(withOffset(text)))
    },
    { arbitrary: { runs: 2000 } }
  )

  it("knows what a time is worth", () => {
    expect(UtcTime.parse("1970-01-02T00:00:01.5Z")).toBe(86_401_500)
    expect(UtcTime.parse("2000-02-29T00:00:00Z")).toBe(951_782_400_000)
    expect(UtcTime.parse("2016-12-31T23:59:60Z")).toBe(1_483_228_800_000)
  })

  it("remembers no day that does not exist", () => {
    for (const text of ["2026-02-28T00:00:00Z", "2026-02-29T00:00:00Z", "2026-02-29T00:00:00Z"]) {
      expect(UtcTime.parse(text)).toBe(text.includes("-28T") ? 1_772_236_800_000 : undefined)
    }
  })

  it.each(["2026-03-20T00:00:00.Z", "2026-03-20T00:00:00,5Z", "2026-03-20T00:00:005Z", "2026-03-20T00:00Z", "Z", ""])(
    "refuses %j",
    (text) => {
      expect(UtcTime.parse(text)).toBeUndefined()
    }
  )
})
