/**
 * Counts dead letters by operator, kind and sensor (`source`): `dlq_entries_total`, and those of them that are errors (not `Late` nor `Shed`, which a stage counts as
 * such) as `operator_errors_total`. Exemplars lead to the sampled ones' traces.
 *
 * Stands around {@link DeadLetters}: one pass over the letters of an offer. State: a metric for each operator, kind and sensor seen; of sensors
 * the first 256 have a label of their own, the others are `other`, and letters whose record names none are `unknown`.
 */
import { Effect, Layer, Metric } from "effect"
import type { DeadLetter, ErrorKind } from "../../domain/deadletter/DeadLetter.ts"
import { DeadLetters } from "../deadletters/DeadLetters.ts"
import { type Exemplar, Exemplars } from "./Exemplars.ts"

interface Instrument {
  readonly count: () => void
  readonly offer: (exemplar: Exemplar) => void
}

const isError = (kind: ErrorKind): boolean => kind !== "Late" && kind !== "Shed"

/** Sensors that are counted one by one: who sends garbage under ever new names must not make ever new series. */
const mostSources = 256

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
      if (sensorId === undefined) return "unknown"
      if (sources.has(sensorId)) return sensorId
      if (sources.size >= mostSources) return "other"
      sources.add(sensorId)
      return sensorId
    }

    const instrument = (name: string, description: string, attributes: Record<string, string>): Instrument => {
      const counter = Metric.counter(name, { description, attributes, incremental: true })
      return { count: () => counter.updateUnsafe(1, context), offer: exemplars.series(name, attributes) }
    }
    const instrumentsOf = ({ errorKind, operator, sensorId }: DeadLetter): ReadonlyArray<Instrument> => {
      const source = labelOf(sensorId)
      const key = `${operator}/${errorKind}/${source}`
      const made = known.get(key) ?? [
        instrument("dlq_entries_total", "Dead letters, by operator, kind and sensor", {
          operator,
          error_kind: errorKind,
          source
        }),
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
          for (const { count, offer } of instrumentsOf(letter)) {
            count()
            if (sampled) offer({ traceId, spanId: spanId ?? undefined, value: 1, time: letter.time })
          }
        }
      })
    })
  })
)
