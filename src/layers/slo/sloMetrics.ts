/** The objectives as metrics: compliance, what is left of the budget, and how fast it is being spent. */
import { Clock, Effect, Layer } from "effect"
import { Collectors } from "../metrics/Collectors.ts"
import { metricFamilies } from "../metrics/instruments.ts"
import { Slo } from "./Slo.ts"

export const layerSloMetrics: Layer.Layer<never, never, Slo | Collectors> = Layer.effectDiscard(
  Effect.gen(function*() {
    const slo = yield* Slo
    const clock = yield* Clock.Clock
    const { gauge } = yield* metricFamilies
    const compliance = gauge("slo_compliance_ratio", "Share of good events over the objective's window")
    const remaining = gauge(
      "error_budget_remaining_ratio",
      "What is left of the error budget: 1 all, 0 nothing, negative overspent"
    )
    const burn = gauge(
      "error_budget_burn_rate",
      "How many times faster than allowed the budget was spent over the last span"
    )
    yield* (yield* Collectors).add(() => {
      for (const report of slo.reports(clock.currentTimeMillisUnsafe())) {
        const { name } = report.objective
        compliance(report.compliance, { name })
        remaining(report.remaining, { name })
        for (const [span, rate] of report.burnRates) burn(rate, { name, span })
      }
    })
  })
)
