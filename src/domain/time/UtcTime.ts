/**
 * Instants on the UTC scale.
 *
 * An instant is a plain number: milliseconds since 1970-01-01T00:00:00Z, with a fraction. A double holds today's dates to
 * 0.24 µs, so a microsecond survives end to end; the nine decimals of a source are read and what is beyond stays in the raw record.
 * Leap seconds are not counted (POSIX time), so an instant inside one has no number here: it is refused rather than be a second wrong.
 *
 * Every text with a date in it is read here, and by {@link dayOfYearMidnight} where a format has its own fields: days and offsets that do not
 * exist are refused in one place.
 */
import { Effect, Schema, SchemaGetter, SchemaIssue } from "effect"

/** Milliseconds since the Unix epoch, UTC, with a fraction. Resolution 0.24 µs. */
export type UtcTime = number

const rfc3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9})\d*)?([Zz]|[+-]\d{2}:\d{2})?$/
const dayOfYear = /^(\d{4})-(\d{3})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9})\d*)?Z?$/

const fraction = (digits: string | undefined): number => digits === undefined ? 0 : Number(`0.${digits}`) * 1000

/** `undefined` for an offset that no clock has. */
const offsetMillis = (zone: string | undefined): number | undefined => {
  if (zone === undefined || zone === "Z" || zone === "z") return 0
  const sign = zone.startsWith("-") ? -1 : 1
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(4, 6))]
  return hours > 23 || minutes > 59 ? undefined : sign * (hours * 60 + minutes) * 60_000
}

/** The midnight that a day of the calendar begins with; `undefined` for a day that does not exist. */
const midnightOf = (year: number, month: number, day: number): UtcTime | undefined => {
  // Date.UTC would take the years below 100 for those of the 1900s.
  const midnight = new Date(0).setUTCFullYear(year, month - 1, day)
  return month >= 1 && month <= 12 && day >= 1 && new Date(midnight).getUTCDate() === day ? midnight : undefined
}

/** The midnight of a day of the year, from 1; `undefined` for a day that the year does not have. */
export const dayOfYearMidnight = (year: number, day: number): UtcTime | undefined => {
  const midnight = new Date(0).setUTCFullYear(year, 0, day)
  return day >= 1 && new Date(midnight).getUTCFullYear() === year ? midnight : undefined
}

/** The number that two digits make, -1 when they are none. */
const pair = (text: string, at: number): number => {
  const tens = text.charCodeAt(at) - 48
  const ones = text.charCodeAt(at + 1) - 48
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1
}

const dash = 0x2d
const point = 0x2e
const colon = 0x3a
const letterT = 0x54
const letterZ = 0x5a

/** The day that was read last: times come in order, so the next one is nearly always of the same. */
let lastDay = -1
let lastMidnight = 0

/** `YYYY-MM-DDTHH:MM:SS(.f{1,9})?Z`, the form that nearly every time has, without a regular expression; `undefined` for any other. */
const parseUsual = (text: string): UtcTime | undefined => {
  const end = text.length - 1
  if (
    end < 19 || text.charCodeAt(end) !== letterZ || text.charCodeAt(4) !== dash || text.charCodeAt(7) !== dash
    || text.charCodeAt(10) !== letterT || text.charCodeAt(13) !== colon || text.charCodeAt(16) !== colon
  ) return undefined
  const century = pair(text, 0)
  const year = pair(text, 2)
  const month = pair(text, 5)
  const day = pair(text, 8)
  const hour = pair(text, 11)
  const minute = pair(text, 14)
  const second = pair(text, 17)
  if (
    century < 0 || year < 0 || month < 1 || month > 12 || day < 1 || hour < 0 || hour > 23 || minute < 0 || minute > 59
    || second < 0 || second > 59
  ) return undefined
  let units = 0
  let scale = 1
  if (end > 19) {
    if (text.charCodeAt(19) !== point || end === 20 || end > 29) return undefined
    for (let i = 20; i < end; i++) {
      const digit = text.charCodeAt(i) - 48
      if (!(digit >= 0 && digit <= 9)) return undefined
      units = units * 10 + digit
      scale *= 10
    }
  }
  const date = ((century * 100 + year) * 100 + month) * 100 + day
  if (date !== lastDay) {
    const midnight = midnightOf(century * 100 + year, month, day)
    if (midnight === undefined) return undefined
    lastDay = date
    lastMidnight = midnight
  }
  // Both are exact, so the quotient is the double nearest to the decimal fraction: what reading its text gives.
  return lastMidnight + hour * 3_600_000 + minute * 60_000 + second * 1000 + units / scale * 1000
}

/**
 * Reads RFC 3339 (any offset) or CCSDS calendar and day-of-year time (no zone: UTC), up to nine decimals.
 *
 * Gives `undefined` for anything else: days, clocks and offsets that do not exist, and instants inside a leap second.
 */
export const parse = (text: string): UtcTime | undefined => parseUsual(text) ?? parseAny(text)

const parseAny = (text: string): UtcTime | undefined => {
  const calendar = rfc3339.exec(text)
  if (calendar !== null) {
    const [, year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = calendar.map(Number)
    const midnight = midnightOf(year, month, day)
    const offset = offsetMillis(calendar[8])
    if (midnight === undefined || offset === undefined || hour > 23 || minute > 59 || second > 59) return undefined
    return midnight + hour * 3_600_000 + minute * 60_000 + second * 1000 + fraction(calendar[7]) - offset
  }
  const ordinal = dayOfYear.exec(text)
  if (ordinal === null) return undefined
  const [, year = 0, day = 0, hour = 0, minute = 0, second = 0] = ordinal.map(Number)
  const midnight = dayOfYearMidnight(year, day)
  if (midnight === undefined || hour > 23 || minute > 59 || second > 59) return undefined
  return midnight + hour * 3_600_000 + minute * 60_000 + second * 1000 + fraction(ordinal[6])
}

const pad = (value: number, width: number): string => String(value).padStart(width, "0")

/** Writes RFC 3339 UTC with six decimals (what the number holds for sure), e.g. `2009-02-10T16:55:59.796000Z`. */
export const format = (time: UtcTime): string => {
  const micros = Math.round((time - Math.floor(time / 1000) * 1000) * 1000)
  const seconds = Math.floor(time / 1000) + (micros === 1_000_000 ? 1 : 0)
  const iso = new Date(seconds * 1000).toISOString()
  return `${iso.slice(0, 19)}.${pad(micros === 1_000_000 ? 0 : micros, 6)}Z`
}

/** A time in JSON: RFC 3339 UTC text, decoded to {@link UtcTime}. */
export const UtcTimeFromString = Schema.String.pipe(
  Schema.decodeTo(Schema.Finite, {
    decode: SchemaGetter.transformEffect((text: string) => {
      const time = parse(text)
      return time === undefined
        ? Effect.fail(
          new SchemaIssue.InvalidValue(
            { message: "Expected an RFC 3339 UTC time such as 2026-01-01T00:00:00.000000Z" },
            text
          )
        )
        : Effect.succeed(time)
    }),
    encode: SchemaGetter.transform(format)
  })
)

/** A time in JSON as the number it is, or as text where that is infinite: for times that nobody has to read, such as those in snapshots of state. */
// @effect-diagnostics-next-line schemaNumber:off
export const TimeJson = Schema.toCodecJson(Schema.Number)
