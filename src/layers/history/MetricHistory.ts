/** The short history of this process's metrics, so that "since when" has an answer without Prometheus. Bounds and bytes: `domain/history/History.ts`. */
import { Clock, Context, Effect, Layer, type Scope } from "effect"
import { History, type HistoryPart, type HistoryQuery, type Sample } from "../../domain/history/History.ts"
import { keptMetrics } from "../../domain/history/keptMetrics.ts"

/** Gives the values of a moment. Short; waits for nothing. */
export type Sampler = (sample: Sample) => void

/** By default nothing is remembered. */
export class MetricHistory extends Context.Reference<{
  /** Asks `sampler` every second, until the scope closes. */
  readonly add: (sampler: Sampler) => Effect.Effect<void, never, Scope.Scope>
  readonly read: (query: HistoryQuery) => HistoryPart
  /** The mean over the last seconds; `undefined` where nothing is known. */
  readonly recent: (name: string, labels: Readonly<Record<string, string>>, seconds: number) => number | undefined
  readonly size: () => { readonly bytes: number; readonly refused: number }
}>("perigee/layers/history/MetricHistory", {
  defaultValue: () => ({
    add: () => Effect.void,
    read: () => ({ stepSeconds: 1, times: [], series: [] }),
    recent: () => undefined,
    size: () => ({ bytes: 0, refused: 0 })
  })
}) {
  /** By the clock in force when it is built: with the simulator the scenario's. A sampler that throws is left out of that sample. */
  static readonly layer = Layer.effect(
    MetricHistory,
    Effect.gen(function*() {
      const clock = yield* Clock.Clock
      const history = new History(keptMetrics)
      const samplers = new Set<Sampler>()
      const failed = new Set<Sampler>()
      const take = Effect.suspend(() => {
        const problems: Array<string> = []
        history.sample(clock.currentTimeMillisUnsafe(), (sample) => {
          for (const sampler of samplers) {
            try {
              sampler(sample)
              failed.delete(sampler)
            } catch (cause) {
              if (!failed.has(sampler)) problems.push(String(cause))
              failed.add(sampler)
            }
          }
        })
        return Effect.forEach(problems, (problem) => Effect.logWarning(`history: ${problem}`), { discard: true })
      })
      yield* Effect.forkScoped(Effect.forever(Effect.andThen(Effect.sleep("1 second"), take)))
      return {
        add: (sampler: Sampler) =>
          Effect.acquireRelease(
            Effect.sync(() => void samplers.add(sampler)),
            () => Effect.sync(() => void samplers.delete(sampler))
          ),
        read: (query: HistoryQuery) => history.read(query),
        recent: (name: string, labels: Readonly<Record<string, string>>, seconds: number) =>
          history.recent(name, labels, seconds),
        size: () => ({ bytes: history.bytes, refused: history.refused })
      }
    })
  )
}
