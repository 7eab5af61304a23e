/**
 * Families of metrics as Prometheus text 0.0.4, under the names that OpenMetrics has. Effect's own `PrometheusMetrics` makes each name legal by
 * itself, so that two of them, or two labels, can become one; and it leaves a label `unit` out.
 */
import { escapeText, type Family, sampleText } from "./families.ts"

export const plainContentType = "text/plain; version=0.0.4; charset=utf-8"

/** This format has no type info, and names a counter as its sample. */
const header = ({ name, type }: Family): readonly [name: string, type: string] =>
  type === "counter" ? [`${name}_total`, type] : type === "info" ? [`${name}_info`, "gauge"] : [name, type]

export const formatPlainText = (families: ReadonlyArray<Family>): string => {
  const lines: Array<string> = []
  for (const family of families) {
    const [name, type] = header(family)
    if (family.description !== undefined) lines.push(`# HELP ${name} ${escapeText(family.description)}`)
    lines.push(`# TYPE ${name} ${type}`)
    for (const { samples } of family.series) {
      for (const sample of samples) lines.push(sampleText(family.name, sample))
    }
  }
  return lines.map((line) => `${line}\n`).join("")
}
