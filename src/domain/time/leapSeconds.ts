/** TAI - UTC and the time scales that follow from it. Source: IERS Bulletin C; no leap second is announced after 2017-01-01. */
import type { UtcTime } from "./UtcTime.ts"

/** From this UTC date on, TAI - UTC in seconds. */
const table: ReadonlyArray<readonly [from: UtcTime, taiMinusUtc: number]> = [
  [Date.UTC(1972, 0, 1), 10],
  [Date.UTC(1972, 6, 1), 11],
  [Date.UTC(1973, 0, 1), 12],
  [Date.UTC(1974, 0, 1), 13],
  [Date.UTC(1975, 0, 1), 14],
  [Date.UTC(1976, 0, 1), 15],
  [Date.UTC(1977, 0, 1), 16],
  [Date.UTC(1978, 0, 1), 17],
  [Date.UTC(1979, 0, 1), 18],
  [Date.UTC(1980, 0, 1), 19],
  [Date.UTC(1981, 6, 1), 20],
  [Date.UTC(1982, 6, 1), 21],
  [Date.UTC(1983, 6, 1), 22],
  [Date.UTC(1985, 6, 1), 23],
  [Date.UTC(1988, 0, 1), 24],
  [Date.UTC(1990, 0, 1), 25],
  [Date.UTC(1991, 0, 1), 26],
  [Date.UTC(1992, 6, 1), 27],
  [Date.UTC(1993, 6, 1), 28],
  [Date.UTC(1994, 6, 1), 29],
  [Date.UTC(1996, 0, 1), 30],
  [Date.UTC(1997, 6, 1), 31],
  [Date.UTC(1999, 0, 1), 32],
  [Date.UTC(2006, 0, 1), 33],
  [Date.UTC(2009, 0, 1), 34],
  [Date.UTC(2012, 6, 1), 35],
  [Date.UTC(2015, 6, 1), 36],
  [Date.UTC(2017, 0, 1), 37]
]

/** TAI - UTC in seconds; before 1972 the value of 1972 (10 s). */
export const taiMinusUtc = (time: UtcTime): number => {
  for (let index = table.length - 1; index >= 0; index--) {
    const row = table[index]
    if (row !== undefined && time >= row[0]) return row[1]
  }
  return 10
}

const secondsTtAfterTai = 32.184
const j2000 = Date.UTC(2000, 0, 1, 12)
const millisPerCentury = 36_525 * 86_400_000

/** Julian centuries of Terrestrial Time since J2000.0 (2000-01-01 12:00 TT). */
export const terrestrialCenturies = (time: UtcTime): number =>
  (time - j2000 + (taiMinusUtc(time) + secondsTtAfterTai) * 1000) / millisPerCentury
