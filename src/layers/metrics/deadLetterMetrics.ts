/**
 * Counts dead letters by operator and kind: `dlq_entries_total`, and those of them that are errors (not `Late` nor `Shed`, which a stage counts as
 * such) as `operator_errors_total`. Exemplars lead to the sampled ones' traces.
 *
 * Stands around {@link DeadLetters}: one pass over the letters of an offer. State: a metric for each operator and kind seen.
 */
import { Effect, Layer, Metric } from "effect"
import type { DeadLetter, ErrorKind } from "../../domain/deadletter/DeadLetter.ts"
import { DeadLetters } from "../deadletters/DeadLetters.ts"
import { type Exemplar, Exemplars } from "./Exemplars.ts"

interface Instrument {
  readonly count: () => void
  readonly offer: (exemplar: Exemplar) => void
}

/** For who listens to a stage at level debug; a check of the level where nobody does. */
const tell = ({ errorKind, id, locator, message, operator }: DeadLetter): Effect.Effect<void> =>
  Effect.logDebug(`${operator}: given up as ${errorKind}: ${message}`).pipe(
    Effect.annotateLogs({ operator, dead_letter: id, locator })
  )

const isError = (kind: ErrorKind): boolean => kind !== "Late" && kind !== "Shed"

/** The {@link DeadLetters} beneath, counted. */
export const layerCountedDeadLetters: Layer.Layer<DeadLetters, never, DeadLetters> = Layer.effect(
  DeadLetters,
  Effect.gen(function*() {
    const inner = yield* DeadLetters
    const exemplars = yield* Exemplars
    const context = yield* Effect.context()
    const known = new Map<string, ReadonlyArray<Instrument>>()

    const instrument = (name: string, description: string, attributes: Record<string, string>): Instrument => {
      const counter = Metric.counter(name, { description, attributes, incremental: true })
      return { count: () => counter.updateUnsafe(1, context), offer: exemplars.series(name, attributes) }
    }
    const instrumentsOf = ({ errorKind, operator }: DeadLetter): ReadonlyArray<Instrument> => {
      const key = `${operator}/${errorKind}`
      const made = known.get(key) ?? [
        instrument("dlq_entries_total", "Dead letters, by operator and kind", { operator, error_kind: errorKind }),
        ...(isError(errorKind)
          ? [
            instrument("operator_errors_total", "Events that a stage gave up because of an error", {
              stage: operator,
              error_kind: errorKind
            })
          ]
          : [])
      ]
      known.set(key, made)
      return made
    }

    return DeadLetters.of({
      ...inner,
      offer: Effect.fnUntraced(function*(letters) {
        yield* inner.offer(letters)
        for (const letter of letters) {
          const { sampled, spanId, traceId } = letter.trace
          yield* tell(letter)
          for (const { count, offer } of instrumentsOf(letter)) {
            count()
            if (sampled) offer({ traceId, spanId: spanId ?? undefined, value: 1, time: letter.time })
          }
        }
      })
    })
  })
)
