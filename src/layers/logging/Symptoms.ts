/**
 * What goes wrong without ending anything, told once: a warning when a symptom begins, and when it is over, how often it was seen.
 *
 * A symptom is named by its text; whoever sees it counts it here, as often as it likes, from wherever it is. It is over when it was not seen for
 * 30 s, and one that goes on is told again every ten minutes. Lines are written once a second, not by those who count: counting is two look-ups and costs
 * nothing to a socket's callback.
 *
 * **Bounds.** 256 symptoms at a time; further ones count together as one. At most ten begin with a line of their own within a minute; of the others
 * the log says how many there are: the metrics count them all.
 *
 * The default tells nobody.
 */
import { Clock, Context, Duration, Effect, Layer } from "effect"

export interface SymptomOptions {
  /** How often it was seen now (default once). */
  readonly count?: number
  /** What to look at, or the first case: stands in the first line only. */
  readonly detail?: string
}

export interface SymptomsShape {
  /** Counts a symptom. Never fails and never waits. */
  readonly seen: (symptom: string, options?: SymptomOptions) => void
}

export interface SymptomTimes {
  /** Not seen for so long: over. */
  readonly quiet?: Duration.Input
  /** One that goes on is told again after so long. */
  readonly repeat?: Duration.Input
}

/** One that has begun and is not over. */
interface Ongoing {
  count: number
  readonly began: number
  last: number
  /** When it was last told; `undefined`: not yet. */
  told: number | undefined
  /** Whether its beginning had a line of its own. */
  loud: boolean
  readonly detail: string | undefined
}

const mostSymptoms = 256
const furtherSymptoms = "further symptoms"
const mostDetail = 300
const linesPerMinute = 10

const oneLine = (text: string): string => text.replaceAll(/\s+/g, " ").slice(0, mostDetail)

const lasting = (millis: number): string => Duration.format(Duration.seconds(Math.max(1, Math.round(millis / 1000))))

const makeSymptoms = (now: () => number, quietMillis: number, repeatMillis: number) => {
  const ongoing = new Map<string, Ongoing>()
  let minute = Number.NEGATIVE_INFINITY
  let lines = 0

  const mayBegin = (time: number): boolean => {
    if (time - minute >= 60_000) {
      minute = time
      lines = 0
    }
    return lines++ < linesPerMinute
  }

  const begin = (symptom: string, one: Ongoing, time: number): Effect.Effect<void> => {
    one.told = time
    one.loud = mayBegin(time)
    return one.loud
      ? Effect.logWarning(
        `${symptom}, ${one.count} so far${one.detail === undefined ? "" : `: ${oneLine(one.detail)}`}`
      )
      : Effect.void
  }

  const goesOn = (symptom: string, one: Ongoing, time: number): Effect.Effect<void> => {
    one.told = time
    return Effect.logWarning(`${symptom}, goes on: ${one.count} in ${lasting(one.last - one.began)}`)
  }

  const isOver = (symptom: string, { began, count, last }: Ongoing, how: string): Effect.Effect<void> =>
    Effect.logInfo(`${symptom}, ${how}: ${count} in ${lasting(last - began)}`)

  /** Writes what there is to say. `atEnd`: nothing more will be seen. */
  const tell = Effect.fnUntraced(function*(atEnd: boolean) {
    const time = now()
    let silent = 0
    for (const [symptom, one] of ongoing) {
      if (one.told === undefined) {
        yield* begin(symptom, one, time)
        if (!one.loud) silent++
      }
      const over = time - one.last >= quietMillis
      if (over || atEnd) {
        ongoing.delete(symptom)
        if (one.loud) yield* isOver(symptom, one, over ? "is over" : "until the end")
      } else if (one.loud && time - (one.told ?? time) >= repeatMillis) yield* goesOn(symptom, one, time)
    }
    if (silent > 0) yield* Effect.logWarning(`${silent} more symptoms began: they are not told one by one`)
  })

  const seen: SymptomsShape["seen"] = (symptom, { count = 1, detail } = {}) => {
    const name = ongoing.has(symptom) || ongoing.size < mostSymptoms ? symptom : furtherSymptoms
    const time = now()
    const known = ongoing.get(name)
    if (known === undefined) {
      ongoing.set(name, { count, began: time, last: time, told: undefined, loud: false, detail })
    } else {
      known.count += count
      known.last = time
    }
  }

  return { seen, tell }
}

export class Symptoms extends Context.Reference<SymptomsShape>("perigee/layers/logging/Symptoms", {
  defaultValue: () => ({ seen: () => {} })
}) {
  /** Tells them in the log while the Layer lives, and at its end what is not over. */
  static readonly layerWith = (times: SymptomTimes): Layer.Layer<never> =>
    Layer.effect(
      Symptoms,
      Effect.gen(function*() {
        const clock = yield* Clock.Clock
        const { seen, tell } = makeSymptoms(
          () => clock.currentTimeMillisUnsafe(),
          Duration.toMillis(times.quiet ?? "30 seconds"),
          Duration.toMillis(times.repeat ?? "10 minutes")
        )
        yield* Effect.addFinalizer(() => tell(true))
        yield* Effect.forkScoped(Effect.forever(Effect.delay(tell(false), "1 second")))
        return { seen }
      })
    )

  static readonly layer = Symptoms.layerWith({})
}
