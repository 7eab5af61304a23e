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
    expect(UtcTime.parse("2024-366T12:00:00.5")).toBe(Date.UTC(2024, 11, 31, 12) + 500)
    expect(UtcTime.parse("2026-03-20T12:00:00+05:30")).toBe(Date.UTC(2026, 2, 20, 6, 30))
  })

  it.each([
    "2025-366T12:00:00.5",
    "2025-000T12:00:00",
    "2025-366T12:00:00Z",
    "2026-02-29T00:00:00Z",
    "2026-02-29T00:00:00",
    "2026-00-10T00:00:00Z",
    "2026-03-20T12:00:00+99:99",
    "2026-03-20T12:00:00-24:00",
    "2026-03-20T12:00:00+00:60",
    "2026-03-20T24:00:00Z",
    // Inside a leap second: it has no number of its own, and the next second is another instant.
    "2016-12-31T23:59:60Z",
    "2016-366T23:59:60.5",
    "2026-03-20T12:00:60Z"
  ])("refuses what is no instant: %s", (text) => {
    expect(UtcTime.parse(text)).toBeUndefined()
  })

  it("a year below 100 is that year", () => {
    for (const text of ["0050-01-01T00:00:00Z", "0050-01-01T00:00:00+00:00", "0050-001T00:00:00"]) {
      const time = UtcTime.parse(text)
      expect(time).toBeLessThan(Date.UTC(1000, 0, 1))
      expect(UtcTime.format(time ?? 0)).toBe("0050-01-01T00:00:00.000000Z")
    }
  })

  it.prop("every day of a year is read by its number and by its date alike", {
    year: whole(0, 9999),
    day: whole(1, 367)
  }, ({ day, year }) => {
    const ordinal = UtcTime.parse(`${padded(year, 4)}-${padded(day, 3)}T06:00:00`)
    const days = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 366 : 365
    expect(ordinal !== undefined).toBe(day <= days)
    if (ordinal !== undefined) expect(UtcTime.parse(UtcTime.format(ordinal))).toBe(ordinal)
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
