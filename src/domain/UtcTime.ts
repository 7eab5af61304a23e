/**
 * Instants on the UTC scale.
 *
 * An instant is a plain number: milliseconds since 1970-01-01T00:00:00Z, with a fraction. A double holds today's dates to
 * 0.24 µs, so a microsecond survives end to end; the nine decimals of a source are read and what is beyond stays in the raw record.
 * Leap seconds are not counted (POSIX time): an instant inside one reads as the second after it.
 */
import { Effect, Schema, SchemaGetter, SchemaIssue } from "effect"

/** Milliseconds since the Unix epoch, UTC, with a fraction. Resolution 0.24 µs. */
export type UtcTime = number

const rfc3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9})\d*)?([Zz]|[+-]\d{2}:\d{2})?$/
const dayOfYear = /^(\d{4})-(\d{3})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9})\d*)?Z?$/

const fraction = (digits: string | undefined): number => digits === undefined ? 0 : Number(`0.${digits}`) * 1000

const offsetMillis = (zone: string | undefined): number => {
  if (zone === undefined || zone === "Z" || zone === "z") return 0
  const sign = zone.startsWith("-") ? -1 : 1
  return sign * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6))) * 60_000
}

/**
 * Reads RFC 3339 (any offset) or CCSDS calendar and day-of-year time (no zone: UTC), up to nine decimals.
 *
 * Gives `undefined` for anything else, impossible dates included.
 */
export const parse = (text: string): UtcTime | undefined => {
  const calendar = rfc3339.exec(text)
  if (calendar !== null) {
    const [, year, month, day, hour, minute, second] = calendar.map(Number)
    if (
      year === undefined || month === undefined || day === undefined || hour === undefined || minute === undefined
      || second === undefined || month < 1 || month > 12 || hour > 23 || minute > 59 || second > 60
    ) return undefined
    const midnight = Date.UTC(year, month - 1, day)
    if (day < 1 || new Date(midnight).getUTCDate() !== day) return undefined
    return midnight + hour * 3_600_000 + minute * 60_000 + second * 1000 + fraction(calendar[7])
      - offsetMillis(calendar[8])
  }
  const ordinal = dayOfYear.exec(text)
  if (ordinal === null) return undefined
  const [, year, day, hour, minute, second] = ordinal.map(Number)
  if (
    year === undefined || day === undefined || hour === undefined || minute === undefined || second === undefined
    || day < 1 || day > 366 || hour > 23 || minute > 59 || second > 60
  ) return undefined
  return Date.UTC(year, 0, day) + hour * 3_600_000 + minute * 60_000 + second * 1000 + fraction(ordinal[6])
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
