/**
 * The service-level objectives of a running process: each event is judged against all of them, and remembered across restarts.
 *
 * A store that fails is logged once until it works again; what happened meanwhile counts in this process and is lost with it. Nothing waits for it but
 * the caller of `observe`, for one small transaction.
 */
import { Clock, Context, Effect, Layer, Result } from "effect"
import { type BudgetReport, budgetReport } from "../../domain/slo/errorBudget.ts"
import { type Objective, objectives } from "../../domain/slo/Objective.ts"
import { addCounts, bucketOf, makeRollingWindow } from "../../domain/slo/RollingWindow.ts"
import type { UtcTime } from "../../domain/time/UtcTime.ts"
import { SloStore, type SloStoreError } from "./SloStore.ts"

export class Slo extends Context.Service<Slo, {
  /** Events that ended at `time`, each by how long it took. */
  observe(latenciesMillis: ReadonlyArray<number>, time: UtcTime): Effect.Effect<void>
  readonly reports: (now: UtcTime) => ReadonlyArray<BudgetReport>
}>()("perigee/layers/observability/Slo") {
  static readonly layerOff = Layer.succeed(Slo, Slo.of({ observe: () => Effect.void, reports: () => [] }))

  /** Starts from what the store holds of the window that ends now. */
  static readonly layer = Layer.unwrap(Effect.map(Clock.currentTimeMillis, (now) => Slo.layerAt(now)))

  /** The same with the window that ends at `now`, for other objectives if given. */
  static readonly layerAt = (
    now: UtcTime,
    of: ReadonlyArray<Objective> = objectives
  ): Layer.Layer<Slo, SloStoreError, SloStore> =>
    Layer.effect(
      Slo,
      Effect.gen(function*() {
        const store = yield* SloStore
        const tracked = of.map((objective) => ({ objective, window: makeRollingWindow(objective.windowMillis) }))
        const longest = Math.max(0, ...of.map(({ windowMillis }) => windowMillis))
        for (const { objective: name, time, ...counts } of yield* store.load(bucketOf(now - longest))) {
          if (time > now) continue
          const entry = tracked.find(({ objective }) => objective.name === name)
          if (entry !== undefined) addCounts(entry.window, time, counts)
        }
        let working = true
        return Slo.of({
          observe: Effect.fnUntraced(function*(latenciesMillis, time) {
            if (latenciesMillis.length === 0) return
            const records = tracked.map(({ objective, window }) => {
              const bad = latenciesMillis.filter((latency) => latency > objective.thresholdMillis).length
              const counts = { good: latenciesMillis.length - bad, bad }
              addCounts(window, time, counts)
              return { objective: objective.name, time, ...counts }
            })
            const result = yield* Effect.result(store.record(records))
            const works = Result.isSuccess(result)
            if (works === working) return
            working = works
            yield* result._tag === "Success"
              ? Effect.logInfo("the store of the service-level objectives works again")
              : Effect.logWarning(`service-level objectives are not kept: ${result.failure.message}`)
          }),
          reports: (at) => tracked.map(({ objective, window }) => budgetReport(objective, window, at))
        })
      })
    )
}
