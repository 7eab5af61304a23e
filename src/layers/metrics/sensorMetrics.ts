/** What is noted of each sensor, as metrics: its cadence against what is expected, what of it is given up or fits nothing, residuals, hints. */
import { Effect, type Scope } from "effect"
import type { SensorView } from "../../domain/api/sources.ts"
import { Collectors } from "./Collectors.ts"
import { type MetricFamilies, metricFamilies } from "./instruments.ts"

/** Adds them to {@link Collectors}, until the scope closes. */
export const observeSensors = Effect.fnUntraced(function*(
  views: () => ReadonlyArray<SensorView>
): Effect.fn.Return<void, never, Collectors | Scope.Scope> {
  const collectors = yield* Collectors
  yield* collectors.add(sensorCollector(yield* metricFamilies, views))
})

const sensorCollector = ({ counter, gauge }: MetricFamilies, views: () => ReadonlyArray<SensorView>) => {
  const observations = counter("source_observations_total", "Observations of a sensor that could be decoded")
  const cadence = gauge("source_cadence_per_second", "Observations a second over the last minute")
  const expected = gauge(
    "source_expected_cadence_per_second",
    "Observations a second to be expected with what it can see now"
  )
  const visible = gauge("source_visible_objects", "Objects of the catalogue that a sensor can see now")
  const silent = gauge("source_silent", "1 while a sensor says nothing and its silence is no chance")
  const dead = gauge("source_dead_ratio", "Share of a sensor's records of the last two minutes that were given up")
  const uncorrelated = gauge("source_uncorrelated_ratio", "Share of them that fit no object")
  const crossTagged = gauge(
    "source_cross_tagged_ratio",
    "Share of its known track numbers that are those of another object"
  )
  const bias = gauge("source_residual_bias_sigmas", "Mean of a component's innovations over their own sigma")
  const scatter = gauge(
    "source_residual_scatter_sigmas",
    "Standard deviation of a component's innovations over their own sigma"
  )
  const clockOffset = gauge(
    "source_clock_offset_seconds",
    "A sensor's time stamps minus the time that the tracks speak for"
  )
  const hint = gauge("source_hint", "1 while a hint says what is likely wrong with a sensor, by cause")
  const hinted = new Map<string, { readonly source: string; readonly cause: string }>()

  return () => {
    const now = views()
    for (const labels of hinted.values()) hint(0, labels)
    for (const view of now) {
      const labels = { source: view.sourceId }
      observations(view.observations, labels)
      cadence(view.cadence.perSecond, labels)
      expected(view.cadence.expectedPerSecond ?? undefined, labels)
      visible(view.cadence.visible ?? undefined, labels)
      silent(view.state === "silent" ? 1 : 0, labels)
      dead(view.recent.deadShare, labels)
      uncorrelated(view.recent.uncorrelatedShare, labels)
      crossTagged(view.recent.crossTaggedShare, labels)
      for (const { component, normalisedBias, normalisedScatter } of view.residuals) {
        bias(normalisedBias, { ...labels, component })
        scatter(normalisedScatter, { ...labels, component })
      }
      clockOffset(view.clockOffset?.seconds, labels)
      for (const { cause } of view.hints) {
        const of = { ...labels, cause }
        hinted.set(`${view.sourceId}/${cause}`, of)
        hint(1, of)
      }
    }
  }
}
