/** The metrics of a registry of the test's own, read as a scraper would read them. */
import { Effect, Layer, Metric } from "effect"
import { Collectors } from "../../src/layers/metrics/Collectors.ts"
import { Exemplars } from "../../src/layers/metrics/Exemplars.ts"
import { families as familiesOf } from "../../src/layers/metrics/format/families.ts"
import { formatOpenMetrics } from "../../src/layers/metrics/format/openMetrics.ts"
import { parseOpenMetrics } from "./openMetrics.ts"

export const ownRegistry = Layer.effect(Metric.MetricRegistry, Effect.sync(() => new Map()))

/** Collects, and gives the values of all series by name and label values. */
export const collected = Effect.gen(function*() {
  yield* (yield* Collectors).collect
  const families = parseOpenMetrics(
    formatOpenMetrics(familiesOf(Metric.snapshotUnsafe(yield* Effect.context())), yield* Exemplars)
  )
  const values = new Map<string, number>()
  for (const { samples } of families.values()) {
    for (const { labels, name, value } of samples) values.set([name, ...Object.values(labels)].join(" "), value)
  }
  return values
})
