/** What is noted of the sensors of this process, and the dead letters that it is told of. */
import { Clock, Context, Effect, Layer } from "effect"
import { makeSensorNotes, type SensorNotes } from "../../domain/observation/sensorHealth/SensorNotes.ts"
import type { SensorRegistry } from "../../domain/observation/sensors/SensorRegistry.ts"
import { DeadLetters } from "../deadletters/DeadLetters.ts"

/** By default nothing is noted. */
export class SensorHealth extends Context.Reference<{ readonly notes: SensorNotes | undefined }>(
  "perigee/layers/inspection/SensorHealth",
  { defaultValue: () => ({ notes: undefined }) }
) {
  static readonly layer = (registry: SensorRegistry) =>
    Layer.effect(
      SensorHealth,
      Effect.map(Clock.Clock, (clock) => ({ notes: makeSensorNotes(registry, () => clock.currentTimeMillisUnsafe()) }))
    )
}

/** The {@link DeadLetters} beneath; what is given up is noted of its sensor. */
export const layerNotedDeadLetters: Layer.Layer<DeadLetters, never, DeadLetters> = Layer.effect(
  DeadLetters,
  Effect.gen(function*() {
    const inner = yield* DeadLetters
    const { notes } = yield* SensorHealth
    if (notes === undefined) return inner
    return DeadLetters.of({
      ...inner,
      offer: (letters) =>
        Effect.andThen(
          inner.offer(letters),
          Effect.sync(() => {
            for (const letter of letters) notes.gaveUp(letter)
          })
        )
    })
  })
)
