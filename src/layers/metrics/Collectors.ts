/**
 * What is run before the metrics are read, by a scrape or an exporter: it takes the counts that exist into Effect's metrics.
 *
 * A collector is short and waits for nothing. One that throws is left out until it works again; the others go on.
 */
import { Context, Effect, Layer, type Scope } from "effect"

export class Collectors extends Context.Service<Collectors, {
  /** Runs `collect` before every reading, until the scope closes. */
  add(collect: () => void): Effect.Effect<void, never, Scope.Scope>
  readonly collect: Effect.Effect<void>
}>()("perigee/layers/observability/Collectors") {
  static readonly layer = Layer.sync(Collectors, () => {
    const all = new Set<() => void>()
    return Collectors.of({
      add: (collect) =>
        Effect.acquireRelease(
          Effect.sync(() => void all.add(collect)),
          () => Effect.sync(() => void all.delete(collect))
        ),
      collect: Effect.suspend(() => {
        const failures: Array<unknown> = []
        for (const collect of all) {
          try {
            collect()
          } catch (cause) {
            failures.push(cause)
          }
        }
        return Effect.forEach(failures, (cause) => Effect.logWarning(`metrics: ${String(cause)}`), { discard: true })
      })
    })
  })
}
