/** What is remembered of one metric: its name and labels as in `/metrics`, and how samples are kept. */

/**
 * `gauge`: the value. `rate`: of a counter, its growth a second between two samples; a counter that fell began anew. `peak`: a gauge of which a
 * coarse point keeps the greatest value, not the mean.
 */
export type SeriesKind = "gauge" | "rate" | "peak"

export interface SeriesKey {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
}

/** `name{label="value"}`, labels in the order given. */
export const seriesText = ({ labels, name }: SeriesKey): string => {
  const entries = Object.entries(labels)
  return entries.length === 0 ? name : `${name}{${entries.map(([label, value]) => `${label}="${value}"`).join(",")}}`
}
