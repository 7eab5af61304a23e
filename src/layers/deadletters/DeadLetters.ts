/**
 * Where records go that were given up: nothing is lost, everything is counted.
 *
 * `offer` returns when the records are durable (as durable as the Layer is), so that a position is never committed past a record that
 * is neither processed nor kept.
 */
import { Context, Effect, Layer } from "effect"
import type { DeadLetter } from "../../domain/deadletter/DeadLetter.ts"

export class DeadLetters extends Context.Service<DeadLetters, {
  offer(letters: ReadonlyArray<DeadLetter>): Effect.Effect<void>
  /** Letters offered since start, by error kind. */
  readonly countByErrorKind: () => ReadonlyMap<string, number>
}>()("perigee/layers/deadletters/DeadLetters") {}

/** A {@link DeadLetters} that keeps its letters in memory, for tests and examples. */
export class DeadLettersMemory extends Context.Service<DeadLettersMemory, {
  readonly letters: () => ReadonlyArray<DeadLetter>
}>()("perigee/layers/deadletters/DeadLettersMemory") {
  static readonly layer = Layer.effectContext(Effect.sync(() => {
    const letters: Array<DeadLetter> = []
    const counter = countByErrorKind()
    return Context.make(
      DeadLetters,
      DeadLetters.of({
        offer: (offered) =>
          Effect.sync(() => {
            for (const letter of offered) letters.push(letter)
            counter.add(offered)
          }),
        countByErrorKind: () => counter.counts
      })
    ).pipe(Context.add(DeadLettersMemory, DeadLettersMemory.of({ letters: () => letters })))
  }))
}

/** The {@link DeadLetters} beneath; each letter that names no sensor gets the one that `sensorOf` finds in its record. */
export const layerWithSensors = (
  sensorOf: (letter: DeadLetter) => string | undefined
): Layer.Layer<DeadLetters, never, DeadLetters> =>
  Layer.effect(
    DeadLetters,
    Effect.map(DeadLetters, (inner) =>
      DeadLetters.of({
        ...inner,
        offer: (letters) => inner.offer(letters.map((letter) => withSensor(letter, sensorOf)))
      }))
  )

const withSensor = (letter: DeadLetter, sensorOf: (letter: DeadLetter) => string | undefined): DeadLetter => {
  const sensorId = letter.sensorId ?? sensorOf(letter)
  return sensorId === undefined ? letter : { ...letter, schemaVersion: 2, sensorId }
}

/** Counts letters by error kind. State: one number per kind. */
export const countByErrorKind = () => {
  const counts = new Map<string, number>()
  return {
    counts,
    add: (letters: ReadonlyArray<DeadLetter>) => {
      for (const letter of letters) counts.set(letter.errorKind, (counts.get(letter.errorKind) ?? 0) + 1)
    }
  }
}
