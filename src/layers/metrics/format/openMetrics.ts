/**
 * Families of metrics as OpenMetrics text 1.0.0, with exemplars: what effect's `PrometheusMetrics` does not write.
 *
 * A name that ends in a known unit says so. A counter's exemplar is the newest of its series, a bucket's the newest whose value lies in it. Cost: one
 * line a sample.
 */
import type { Exemplar, ExemplarsShape } from "../Exemplars.ts"
import { escapeText, type Family, type Labels, labelsText, numberText, type Sample, sampleText } from "./families.ts"

export const openMetricsContentType = "application/openmetrics-text; version=1.0.0; charset=utf-8"

const units = ["seconds", "bytes", "ratio"]

const exemplarText = ({ spanId, time, traceId, value }: Exemplar): string => {
  const labels: Labels = { trace_id: traceId, ...(spanId !== undefined && { span_id: spanId }) }
  return ` # ${labelsText(labels)} ${numberText(value)} ${(time / 1000).toFixed(3)}`
}

const newestWithin = (range: NonNullable<Sample["range"]>, exemplars: ReadonlyArray<Exemplar>): string => {
  const [above, upTo] = range
  let newest: Exemplar | undefined
  for (const exemplar of exemplars) {
    if (exemplar.value <= above || exemplar.value > upTo) continue
    if (newest === undefined || exemplar.time > newest.time) newest = exemplar
  }
  return newest === undefined ? "" : exemplarText(newest)
}

/** The whole exposition, ended by `# EOF`. */
export const formatOpenMetrics = (families: ReadonlyArray<Family>, exemplars: Pick<ExemplarsShape, "of">): string => {
  const lines: Array<string> = []
  for (const { description, name, series, type } of families) {
    lines.push(`# TYPE ${name} ${type}`)
    const unit = type === "info" ? undefined : units.find((unit) => name.endsWith(`_${unit}`))
    if (unit !== undefined) lines.push(`# UNIT ${name} ${unit}`)
    if (description !== undefined) lines.push(`# HELP ${name} ${escapeText(description).replaceAll("\"", "\\\"")}`)
    for (const { samples, snapshot } of series) {
      const found = exemplars.of(snapshot.id, snapshot.attributes ?? {})
      for (const sample of samples) {
        lines.push(sampleText(name, sample) + (sample.range === undefined ? "" : newestWithin(sample.range, found)))
      }
    }
  }
  return `${lines.join("\n")}${lines.length === 0 ? "" : "\n"}# EOF\n`
}
