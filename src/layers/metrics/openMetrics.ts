/**
 * Effect's metrics as OpenMetrics text 1.0.0, with exemplars: what `PrometheusMetrics` does not write.
 *
 * A counter's family is its name without `_total`; a gauge whose name ends in `_info` is of type info; a name that ends in a known unit
 * says so. A counter's exemplar is the newest of its series, a bucket's the newest whose value lies in it. Cost: one line a sample.
 */
import type { Metric } from "effect"
import type { Exemplar, ExemplarsShape } from "./Exemplars.ts"

export const openMetricsContentType = "application/openmetrics-text; version=1.0.0; charset=utf-8"

type Snapshot = Metric.Metric.Snapshot
type Labels = Readonly<Record<string, string>>

const units = ["seconds", "bytes", "ratio"]

const escape = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll("\"", "\\\"").replaceAll("\n", "\\n")

const numberText = (value: number | bigint): string =>
  value === Infinity ? "+Inf" : value === -Infinity ? "-Inf" : String(value)

const labelsText = (labels: Labels): string => {
  const parts = Object.entries(labels).map(([name, value]) => `${name}="${escape(value)}"`)
  return parts.length === 0 ? "" : `{${parts.join(",")}}`
}

const exemplarText = (exemplar: Exemplar | undefined): string => {
  if (exemplar === undefined) return ""
  const { spanId, time, traceId, value } = exemplar
  const labels: Labels = { trace_id: traceId, ...(spanId !== undefined && { span_id: spanId }) }
  return ` # ${labelsText(labels)} ${numberText(value)} ${(time / 1000).toFixed(3)}`
}

const newest = (exemplars: ReadonlyArray<Exemplar>): Exemplar | undefined =>
  exemplars.reduce<Exemplar | undefined>(
    (best, exemplar) => best === undefined || exemplar.time > best.time ? exemplar : best,
    undefined
  )

type FamilyType = "counter" | "gauge" | "histogram" | "summary" | "info"

interface Family {
  readonly type: FamilyType
  readonly description: string | undefined
  readonly samples: Array<string>
}

const typeOf = (snapshot: Snapshot): FamilyType => {
  switch (snapshot.type) {
    case "Counter":
      return snapshot.state.incremental ? "counter" : "gauge"
    case "Frequency":
      return "counter"
    case "Gauge":
      return snapshot.id.endsWith("_info") ? "info" : "gauge"
    case "Histogram":
      return "histogram"
    case "Summary":
      return "summary"
  }
}

const familyName = (id: string, type: FamilyType): string =>
  type === "counter" ? id.replace(/_total$/, "") : type === "info" ? id.replace(/_info$/, "") : id

/** The lines of one series, under its family's name. */
const samplesOf = (
  name: string,
  type: FamilyType,
  snapshot: Snapshot,
  exemplars: ReadonlyArray<Exemplar>
): ReadonlyArray<string> => {
  const labels = snapshot.attributes ?? {}
  const line = (suffix: string, extra: Labels, value: number | bigint, exemplar?: Exemplar) =>
    `${name}${suffix}${labelsText({ ...labels, ...extra })} ${numberText(value)}${exemplarText(exemplar)}`
  switch (snapshot.type) {
    case "Counter":
      return [line(type === "counter" ? "_total" : "", {}, snapshot.state.count, newest(exemplars))]
    case "Frequency":
      return Array.from(snapshot.state.occurrences, ([key, count]) => line("_total", { key }, count))
    case "Gauge":
      return [line(type === "info" ? "_info" : "", {}, snapshot.state.value)]
    case "Histogram": {
      const { buckets, count, sum } = snapshot.state
      let lower = -Infinity
      const lines = [...buckets, [Infinity, count] as const].map(([le, cumulative]) => {
        const within = exemplars.filter(({ value }) => value > lower && value <= le)
        lower = le
        return line("_bucket", { le: numberText(le) }, cumulative, newest(within))
      })
      return [...lines, line("_count", {}, count), line("_sum", {}, sum)]
    }
    case "Summary": {
      const { count, quantiles, sum } = snapshot.state
      return [
        ...quantiles.flatMap(([quantile, value]) =>
          value === undefined ? [] : [line("", { quantile: String(quantile) }, value)]
        ),
        line("_count", {}, count),
        line("_sum", {}, sum)
      ]
    }
  }
}

/** The whole exposition, ended by `# EOF`. Families in the order of their first series. */
export const formatOpenMetrics = (
  snapshots: ReadonlyArray<Snapshot>,
  exemplars: Pick<ExemplarsShape, "of">
): string => {
  const families = new Map<string, Family>()
  for (const snapshot of snapshots) {
    const type = typeOf(snapshot)
    const name = familyName(snapshot.id, type)
    const family = families.get(name) ?? { type, description: snapshot.description, samples: [] }
    families.set(name, family)
    const found = exemplars.of(snapshot.id, snapshot.attributes ?? {})
    for (const sample of samplesOf(name, type, snapshot, found)) family.samples.push(sample)
  }
  const lines: Array<string> = []
  for (const [name, { description, samples, type }] of families) {
    lines.push(`# TYPE ${name} ${type}`)
    const unit = units.find((unit) => name.endsWith(`_${unit}`))
    if (unit !== undefined) lines.push(`# UNIT ${name} ${unit}`)
    if (description !== undefined) lines.push(`# HELP ${name} ${escape(description)}`)
    for (const sample of samples) lines.push(sample)
  }
  return `${lines.join("\n")}${lines.length === 0 ? "" : "\n"}# EOF\n`
}
