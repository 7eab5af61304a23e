/** Questions to the short history: what a series was, and since when it is so. */
import type { HistoryAnswer } from "../api/history.ts"

type Series = HistoryAnswer["series"][number]

export const seriesOf = (
  history: HistoryAnswer | undefined,
  name: string,
  labels: Readonly<Record<string, string>> = {}
): ReadonlyArray<Series> =>
  history?.series.filter((series) =>
    series.name === name && Object.entries(labels).every(([label, value]) => series.labels[label] === value)
  ) ?? []

/** The values of the last `seconds`, gaps left out. */
export const lastValues = (history: HistoryAnswer, series: Series, seconds: number): ReadonlyArray<number> =>
  series.values.slice(-Math.max(1, Math.round(seconds / history.stepSeconds))).filter((value) => value !== null)

export const meanOf = (values: ReadonlyArray<number>): number | undefined =>
  values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length

/** Time of the first point of the run at the end for which `holds`, short interruptions of a few points let pass; `undefined`: it does not hold now. */
export const sinceWhen = (
  history: HistoryAnswer | undefined,
  series: Series | undefined,
  holds: (value: number) => boolean,
  mostGap = 5
): string | undefined => {
  if (history === undefined || series === undefined) return undefined
  let first: string | undefined
  let gap = 0
  for (let place = series.values.length - 1; place >= 0 && gap <= mostGap; place--) {
    const value = series.values[place]
    if (value !== null && value !== undefined && holds(value)) {
      first = history.times[place]
      gap = 0
    } else gap++
  }
  return first
}

/** The longest step between two samples of the last `seconds`, where one is longer than `least` seconds. */
export const pauseIn = (
  { times }: HistoryAnswer,
  seconds: number,
  least: number
): { readonly from: string; readonly seconds: number } | undefined => {
  const last = Date.parse(times.at(-1) ?? "")
  let found: { readonly from: string; readonly seconds: number } | undefined
  times.forEach((time, place) => {
    const next = Date.parse(times[place + 1] ?? "")
    const length = (next - Date.parse(time)) / 1000
    if (last - next <= seconds * 1000 && length > Math.max(least, found?.seconds ?? 0)) {
      found = { from: time, seconds: length }
    }
  })
  return found
}
