/**
 * Counts dead letters by operator, kind and sensor (`source`): `dlq_entries_total`, and those of them that are errors (not `Late` nor `Shed`, which a stage counts as
 * such) as `operator_errors_total`. Exemplars lead to the sampled ones' traces.
 *
 * Stands around {@link DeadLetters}: one pass over the letters of an offer. State: a metric for each operator, kind and sensor seen; of sensors
 * the first 256 have a label of their own, the others are `other`, and letters whose record names none are `unknown`.
 */
import { type Context, Effect, Layer, Metric } from "effect"
import { type DeadLetter, ErrorKind } from "../../domain/deadletter/DeadLetter.ts"
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

/** Sensors that are counted one by one: who sends garbage under ever new names must not make ever new series. */
const mostSources = 256

/** Of letters whose record names no sensor. */
const unknownSensor = "unknown"

const letterMetric = (operator: string, errorKind: ErrorKind, source: string) =>
  Metric.counter("dlq_entries_total", {
    description: "Dead letters, by operator, kind and sensor",
    attributes: { operator, error_kind: errorKind, source },
    incremental: true
  })

const errorMetric = (stage: string, errorKind: ErrorKind) =>
  Metric.counter("operator_errors_total", {
    description: "Events that a stage gave up because of an error",
    attributes: { stage, error_kind: errorKind },
    incremental: true
  })

/** The series of a stage at 0, from its start: who watches a rate must not miss the first one. */
export const startDeadLetterMetrics = (stage: string, context: Context.Context<never>): void => {
  for (const errorKind of ErrorKind.literals) {
    letterMetric(stage, errorKind, unknownSensor).valueUnsafe(context)
    if (isError(errorKind)) errorMetric(stage, errorKind).valueUnsafe(context)
  }
}

/** The {@link DeadLetters} beneath, counted. */
export const layerCountedDeadLetters: Layer.Layer<DeadLetters, never, DeadLetters> = Layer.effect(
  DeadLetters,
  Effect.gen(function*() {
    const inner = yield* DeadLetters
    const exemplars = yield* Exemplars
    const context = yield* Effect.context()
    const known = new Map<string, ReadonlyArray<Instrument>>()
    const sources = new Set<string>()
    const labelOf = (sensorId: string | undefined): string => {
      if (sensorId === undefined) return unknownSensor
      if (sources.has(sensorId)) return sensorId
      if (sources.size >= mostSources) return "other"
      sources.add(sensorId)
      return sensorId
    }

    const instrument = (counter: ReturnType<typeof letterMetric>): Instrument => ({
      count: () => counter.updateUnsafe(1, context),
      offer: exemplars.series(counter.id, counter.attributes ?? {})
    })
    const instrumentsOf = ({ errorKind, operator, sensorId }: DeadLetter): ReadonlyArray<Instrument> => {
      const source = labelOf(sensorId)
      const key = `${operator}/${errorKind}/${source}`
      const made = known.get(key) ?? [
        instrument(letterMetric(operator, errorKind, source)),
        ...(isError(errorKind) ? [instrument(errorMetric(operator, errorKind))] : [])
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
