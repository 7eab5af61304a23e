/**
 * Effect's metrics as families of samples under legal names: what both text formats write.
 *
 * A counter's family is its name without `_total`; a gauge of 1 whose name ends in `_info` is of type info. Families stand in the order of their
 * first series. Effect keeps metrics apart by their description too: where two of one name have the same labels, the second has a family of its own.
 */
import type { Metric } from "effect"
import { familyNames, type FamilyType, labelNames } from "./legalNames.ts"

export type Snapshot = Metric.Metric.Snapshot
export type Labels = Readonly<Record<string, string>>

export interface Sample {
  /** Behind the family's name. */
  readonly suffix: string
  readonly labels: Labels
  readonly value: number | bigint
  /** The values that are counted here, above the first and up to the second; `undefined` where the format allows no exemplar. */
  readonly range: readonly [above: number, upTo: number] | undefined
}

export interface Series {
  /** As it is known to the program. */
  readonly snapshot: Snapshot
  readonly samples: ReadonlyArray<Sample>
}

export interface Family {
  /** Without the suffixes of its samples. */
  readonly name: string
  /** Another family has the name that this one would have. */
  readonly yields: boolean
  readonly type: FamilyType
  /** The metric's own name. */
  readonly id: string
  readonly description: string | undefined
  readonly series: ReadonlyArray<Series>
}

const typeOf = (snapshot: Snapshot): FamilyType => {
  switch (snapshot.type) {
    case "Counter":
      return snapshot.state.incremental ? "counter" : "gauge"
    case "Frequency":
      return "counter"
    case "Gauge":
      return snapshot.id.endsWith("_info") && Number(snapshot.state.value) === 1 ? "info" : "gauge"
    case "Histogram":
      return "histogram"
    case "Summary":
      return "summary"
  }
}

export const numberText = (value: number | bigint): string =>
  value === Infinity ? "+Inf" : value === -Infinity ? "-Inf" : String(value)

const everything = [-Infinity, Infinity] as const

/** Labels that the samples of a kind have beside their series'. */
const ownLabels: Readonly<Record<Snapshot["type"], ReadonlyArray<string>>> = {
  Counter: [],
  Gauge: [],
  Frequency: ["key"],
  Histogram: ["le"],
  Summary: ["quantile"]
}

const samplesOf = (type: FamilyType, snapshot: Snapshot, labels: Labels): ReadonlyArray<Sample> => {
  const sample = (suffix: string, extra: Labels, value: number | bigint, range?: Sample["range"]): Sample => ({
    suffix,
    labels: { ...labels, ...extra },
    value,
    range
  })
  switch (snapshot.type) {
    case "Counter":
      return [
        type === "counter"
          ? sample("_total", {}, snapshot.state.count, everything)
          : sample("", {}, snapshot.state.count)
      ]
    case "Frequency":
      return Array.from(snapshot.state.occurrences, ([key, count]) => sample("_total", { key }, count))
    case "Gauge":
      return [sample(type === "info" ? "_info" : "", {}, snapshot.state.value)]
    case "Histogram": {
      const { buckets, count, sum } = snapshot.state
      let lower = -Infinity
      const finite = buckets.filter(([le]) => le !== Infinity)
      const lines = [...finite, [Infinity, count] as const].map(([le, cumulative]) => {
        const range = [lower, le] as const
        lower = le
        return sample("_bucket", { le: numberText(le) }, cumulative, range)
      })
      return [...lines, sample("_count", {}, count), sample("_sum", {}, sum)]
    }
    case "Summary": {
      const { count, quantiles, sum } = snapshot.state
      return [
        ...quantiles.flatMap(([quantile, value]) =>
          value === undefined ? [] : [sample("", { quantile: String(quantile) }, value)]
        ),
        sample("_count", {}, count),
        sample("_sum", {}, sum)
      ]
    }
  }
}

interface Group {
  readonly id: string
  readonly type: FamilyType
  readonly snapshots: Map<string, Snapshot>
}

const entriesKey = (labels: Labels): string => JSON.stringify(Object.entries(labels).toSorted())

/** Metrics of one name and type; a second one with the same labels begins a group of its own. */
const grouped = (snapshots: ReadonlyArray<Snapshot>): ReadonlyArray<Group> => {
  const groups = new Map<string, Group>()
  for (const snapshot of snapshots) {
    const { attributes = {}, description = "", id } = snapshot
    const type = typeOf(snapshot)
    const labels = entriesKey(attributes)
    const own = JSON.stringify([snapshot.type, type, id])
    const key = groups.get(own)?.snapshots.has(labels) ? JSON.stringify([own, description]) : own
    const group = groups.get(key) ?? { id, type, snapshots: new Map<string, Snapshot>() }
    group.snapshots.set(labels, snapshot)
    groups.set(key, group)
  }
  return Array.from(groups.values())
}

export const families = (snapshots: ReadonlyArray<Snapshot>): ReadonlyArray<Family> => {
  const groups = grouped(snapshots)
  const names = familyNames(groups)
  return groups.map((group) => {
    const { id, snapshots, type } = group
    const { name, yields } = names.get(group) ?? { name: id, yields: false }
    const all = Array.from(snapshots.values())
    const labels = labelNames(
      new Set(all.flatMap(({ attributes = {} }) => Object.keys(attributes))),
      all.flatMap((snapshot) => ownLabels[snapshot.type])
    )
    const renamed = ({ attributes = {} }: Snapshot): Labels =>
      Object.fromEntries(Object.entries(attributes).map(([label, value]) => [labels.get(label) ?? label, value]))
    return {
      name,
      yields,
      type,
      id,
      description: all[0]?.description,
      series: all.map((snapshot) => ({ snapshot, samples: samplesOf(type, snapshot, renamed(snapshot)) }))
    }
  })
}

/** `\` and line ends as the formats want them. */
export const escapeText = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")

const escapeValue = (text: string): string => escapeText(text).replaceAll("\"", "\\\"")

export const labelsText = (labels: Labels): string => {
  const parts = Object.entries(labels).map(([name, value]) => `${name}="${escapeValue(value)}"`)
  return parts.length === 0 ? "" : `{${parts.join(",")}}`
}

export const sampleText = (name: string, { labels, suffix, value }: Sample): string =>
  `${name}${suffix}${labelsText(labels)} ${numberText(value)}`
