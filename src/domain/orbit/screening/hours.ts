/** A span of time cut at whole hours: what is screened, kept and asked for again is a whole hour wherever it can be. */
import type { UtcTime } from "../../time/UtcTime.ts"

export interface Span {
  readonly from: UtcTime
  readonly to: UtcTime
}

export const hourMillis = 3_600_000

/** The pieces of [from, to), nearest first, whole hours but for the first and the last. */
export const cutAtHours = (from: UtcTime, to: UtcTime): ReadonlyArray<Span> => {
  const pieces: Array<Span> = []
  for (let start = from; start < to;) {
    const end = Math.min(to, (Math.floor(start / hourMillis) + 1) * hourMillis)
    pieces.push({ from: start, to: end })
    start = end
  }
  return pieces
}

/** The whole hours that [from, to) touches, nearest first. */
export const hoursOf = (from: UtcTime, to: UtcTime): ReadonlyArray<Span> =>
  cutAtHours(Math.floor(from / hourMillis) * hourMillis, Math.ceil(to / hourMillis) * hourMillis)
