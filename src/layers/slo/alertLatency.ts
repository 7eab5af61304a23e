/**
 * How long the first emission of each alert took: from the sensor time of the newest observation behind it until it was delivered. Judged
 * against the objectives, and a histogram with exemplars.
 *
 * Stands around {@link AlertStore}; alerts are rare, so this is one pass over the versions of a delivery.
 */
import { Clock, Effect, Layer, Metric, Option } from "effect"
import { AlertStatus } from "../../domain/alert/ConjunctionAlert.ts"
import { AlertStore } from "../alerts/AlertStore.ts"
import { Exemplars } from "../metrics/Exemplars.ts"
import { Slo } from "./Slo.ts"

const metric = "alert_latency_seconds"
const boundaries = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 45, 60, 120, 300]

const versionsMetric = (level: string) =>
  Metric.counter("alert_versions_total", {
    description: "Versions of alerts delivered, by level",
    incremental: true,
    attributes: { level }
  })

/** The {@link AlertStore} beneath, measured. */
export const layerMeasuredAlerts: Layer.Layer<AlertStore, never, AlertStore | Slo> = Layer.effect(
  AlertStore,
  Effect.gen(function*() {
    const store = yield* AlertStore
    const slo = yield* Slo
    const context = yield* Effect.context()
    const offer = (yield* Exemplars).series(metric, {}, boundaries)
    const latency = Metric.histogram(metric, {
      description: "From the newest observation's sensor time to the first emission of an alert",
      boundaries
    })
    // At 0 from the start: who watches a rate must not miss the first one.
    latency.valueUnsafe(context)
    for (const level of AlertStatus.literals) versionsMetric(level).valueUnsafe(context)
    return AlertStore.of({
      ...store,
      upsert: Effect.fnUntraced(function*(versions, headers) {
        const delivered = yield* store.upsert(versions, headers)
        for (const { level } of delivered) versionsMetric(level).updateUnsafe(1, context)
        const first = delivered.filter(({ sequence }) => sequence === 1)
        if (first.length === 0) return delivered
        const time = yield* Clock.currentTimeMillis
        const span = Option.getOrUndefined(yield* Effect.option(Effect.currentParentSpan))
        const millis = first.map(({ observedUntil }) => Math.max(0, time - observedUntil))
        for (const one of millis) {
          latency.updateUnsafe(one / 1000, context)
          if (span?.sampled === true) {
            offer({ traceId: span.traceId, spanId: span.spanId, value: one / 1000, time })
          }
        }
        yield* slo.observe(millis, time)
        return delivered
      })
    })
  })
)
