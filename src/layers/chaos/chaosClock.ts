/** A clock that is off while an experiment says so: its readings, not its sleeps. Monotonic time goes on. */
import { Clock, Effect, Layer } from "effect"
import { ActiveFaults } from "./ActiveFaults.ts"

/** The `Clock` beneath, skewed. */
export const layerChaosClock: Layer.Layer<never> = Layer.effect(
  Clock.Clock,
  Effect.gen(function*() {
    const clock = yield* Clock.Clock
    const faults = yield* ActiveFaults
    const skew = (): number => {
      let millis = 0
      for (const active of faults.all()) {
        const { fault } = active.experiment
        if (fault._tag !== "clock-skew") continue
        millis += fault.millis
        active.struck++
      }
      return millis
    }
    const currentTimeMillisUnsafe = () => clock.currentTimeMillisUnsafe() + skew()
    const currentTimeNanosUnsafe = () => clock.currentTimeNanosUnsafe() + BigInt(Math.round(skew() * 1e6))
    return {
      ...clock,
      currentTimeMillisUnsafe,
      currentTimeMillis: Effect.sync(currentTimeMillisUnsafe),
      currentTimeNanosUnsafe,
      currentTimeNanos: Effect.sync(currentTimeNanosUnsafe),
      monotonicTimeNanosUnsafe: () => clock.monotonicTimeNanosUnsafe(),
      sleep: (duration) => clock.sleep(duration)
    }
  })
)
