/**
 * Reads Earth orientation from CelesTrak's `EOP-All.csv` (columns found by their header names, IERS C04 and Bulletin A data).
 *
 * Between two days the values are linear. UT1 - UTC jumps by a second with a leap second, so the continuous UT1 - TAI is interpolated.
 */
import { Result, Schema } from "effect"
import { taiMinusUtc } from "../../time/leapSeconds.ts"
import type { UtcTime } from "../../time/UtcTime.ts"
import { type EarthOrientation, type EarthOrientationAt, noEarthOrientation } from "./EarthOrientation.ts"

/** A file that cannot be read, with the line (from 1) and the reason. */
export class EarthOrientationError extends Schema.TaggedError<EarthOrientationError>()("EarthOrientationError", {
  file: Schema.String,
  line: Schema.Int,
  reason: Schema.String
}) {
  override get message(): string {
    return `${this.file}:${this.line}: ${this.reason}`
  }
}

/** Earth orientation of the days of a file. Held whole: about 100 bytes a day. */
export interface EarthOrientationTable {
  readonly first: UtcTime
  readonly last: UtcTime
  /** Linear inside the table, the nearest day's values outside it, with UT1 - UTC corrected for leap seconds since. */
  readonly at: EarthOrientationAt
}

const day = 86_400_000
const modifiedJulianEpoch = Date.UTC(1858, 10, 17)
const arcsecond = Math.PI / 180 / 3600
const columns = ["MJD", "X", "Y", "UT1-UTC", "LOD", "DPSI", "DEPS"] as const

type Row = EarthOrientation & { readonly time: UtcTime; readonly ut1MinusTai: number }

const blend = (a: Row, b: Row, time: UtcTime): EarthOrientation => {
  const weight = a === b ? 0 : (time - a.time) / (b.time - a.time)
  const mix = (key: "xp" | "yp" | "lod" | "ddpsi" | "ddeps" | "ut1MinusTai"): number =>
    a[key] + weight * (b[key] - a[key])
  return {
    xp: mix("xp"),
    yp: mix("yp"),
    dut1: mix("ut1MinusTai") + taiMinusUtc(time),
    lod: mix("lod"),
    ddpsi: mix("ddpsi"),
    ddeps: mix("ddeps")
  }
}

const tableOf = (rows: ReadonlyArray<Row>, first: Row, last: Row): EarthOrientationTable => ({
  first: first.time,
  last: last.time,
  at: (time) => {
    if (time <= first.time) return blend(first, first, time)
    if (time >= last.time) return blend(last, last, time)
    let low = 0
    let high = rows.length - 1
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((rows[middle] ?? last).time <= time) low = middle
      else high = middle
    }
    return blend(rows[low] ?? first, rows[high] ?? last, time)
  }
})

/** Reads the text of such a file; `file` names it in errors. Rows must be in the order of their days. */
export const readEarthOrientation = (
  text: string,
  file: string
): Result.Result<EarthOrientationTable, EarthOrientationError> => {
  const fail = (line: number, reason: string) => Result.fail(new EarthOrientationError({ file, line, reason }))
  const lines = text.split(/\r?\n/)
  const header = (lines[0] ?? "").split(",").map((name) => name.trim().toUpperCase())
  const missing = columns.filter((name) => !header.includes(name))
  if (missing.length > 0) return fail(1, `the header has no column ${missing.join(", ")}`)
  const places = columns.map((name) => header.indexOf(name))
  const rows: Array<Row> = []
  for (const [index, content] of lines.entries()) {
    if (index === 0 || content.trim() === "") continue
    const fields = content.split(",")
    const numbers = places.map((place) => {
      const field = fields[place]?.trim() ?? ""
      return field === "" ? Number.NaN : Number(field)
    })
    const bad = numbers.findIndex((number) => !Number.isFinite(number))
    if (bad >= 0) return fail(index + 1, `${columns[bad]} is not a number`)
    const [mjd = 0, x = 0, y = 0, dut1 = 0, lod = 0, dpsi = 0, deps = 0] = numbers
    const time = modifiedJulianEpoch + mjd * day
    const before = rows.at(-1)
    if (before !== undefined && time <= before.time) return fail(index + 1, "the days are not in order")
    rows.push({
      ...noEarthOrientation,
      time,
      ut1MinusTai: dut1 - taiMinusUtc(time),
      xp: x * arcsecond,
      yp: y * arcsecond,
      lod,
      ddpsi: dpsi * arcsecond,
      ddeps: deps * arcsecond
    })
  }
  const [first, last] = [rows[0], rows.at(-1)]
  return first === undefined || last === undefined
    ? fail(1, "no day in the file")
    : Result.succeed(tableOf(rows, first, last))
}
