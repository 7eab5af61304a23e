/**
 * How a long-running command is asked to stop: the first SIGINT or SIGTERM asks, a second one ends the process at once.
 *
 * A command that does not ask for this service is interrupted by the first signal.
 */
import { Context, Deferred, Effect, Layer } from "effect"

export class Shutdown extends Context.Service<Shutdown, {
  /** Ends when the process was asked to stop. */
  readonly requested: Effect.Effect<void>
}>()("perigee/layers/runtime/Shutdown") {
  /** Listens to the signals while the Layer lives. */
  static readonly layer = Layer.effect(
    Shutdown,
    Effect.gen(function*() {
      const requested = Deferred.makeUnsafe<void>()
      let asked = false
      const onSignal = () => {
        if (asked) process.exit(130)
        asked = true
        Deferred.doneUnsafe(requested, Effect.void)
      }
      yield* Effect.acquireRelease(
        Effect.sync(() => {
          gracefulStops++
          process.on("SIGINT", onSignal)
          process.on("SIGTERM", onSignal)
        }),
        () =>
          Effect.sync(() => {
            gracefulStops--
            process.off("SIGINT", onSignal)
            process.off("SIGTERM", onSignal)
          })
      )
      return Shutdown.of({ requested: Deferred.await(requested) })
    })
  )

  /** Nobody asks: for a job inside a program that is to end at the first signal. */
  static readonly layerOff = Layer.succeed(Shutdown, { requested: Effect.never })
}

let gracefulStops = 0

/** True while some command handles the signals itself. */
export const stopsGracefully = (): boolean => gracefulStops > 0
