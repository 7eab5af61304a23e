/**
 * Knows which canaries are on their way, which have arrived, and how long they took.
 *
 * A canary is late when it took more than 60 s from its emission, and missed when it has not arrived after 120 s; one that arrives after
 * that stays missed. So emitted = arrived + missed + on their way, and late ones are among the arrived. Told of in the process that sent it:
 * where members of a group share the work, a canary that another member takes through the pipeline is missed here.
 *
 * State: an entry for each canary of the last 120 s, and four numbers a source.
 */
import { Clock, Context, Effect, Layer, Metric } from "effect"
import type { CanaryCounts } from "../../domain/api/canary.ts"
import type { UtcTime } from "../../domain/time/UtcTime.ts"

export interface CanaryReport {
  /** Whether this process sends canaries. */
  readonly enabled: boolean
  /** When the first one arrived: since then the deployment is known to be good. */
  readonly firstArrival: UtcTime | undefined
  readonly total: CanaryCounts
  readonly bySource: ReadonlyMap<string, CanaryCounts>
}

export const lateMillis = 60_000
export const missedMillis = 120_000

const none: CanaryCounts = { emitted: 0, arrived: 0, late: 0, missed: 0 }

/** The default watches nothing. Synchronous and cheap: called by stages. */
export class CanaryWatch extends Context.Reference<{
  readonly emitted: (observationId: string, source: string) => void
  /** Canaries will be sent over this source: it is told of, with nothing yet. */
  readonly expected: (source: string) => void
  /** What the canary gave rise to has reached its end. Ids that are not on their way are passed over. */
  readonly arrived: (observationId: string) => void
  readonly report: () => CanaryReport
}>("perigee/layers/canary/CanaryWatch", {
  defaultValue: () => ({
    emitted: () => {},
    expected: () => {},
    arrived: () => {},
    report: () => ({ enabled: false, firstArrival: undefined, total: none, bySource: new Map() })
  })
}) {
  static readonly layerOff = Layer.succeed(CanaryWatch, CanaryWatch.defaultValue())

  /** By Effect's clock. Each arrival is recorded in `canary_arrival_latency_seconds{source}`. */
  static readonly layer = Layer.effect(
    CanaryWatch,
    Effect.gen(function*() {
      const clock = yield* Clock.Clock
      const context = yield* Effect.context()
      return watching(
        () => clock.currentTimeMillisUnsafe(),
        (source, seconds) => latency(source).updateUnsafe(seconds, context),
        (source) => void latency(source).valueUnsafe(context)
      )
    })
  )

  /** The same, and whatever it is told is kept in {@link CanaryJournal}. */
  static readonly layerTest: Layer.Layer<CanaryJournal> = Layer.effectContext(Effect.gen(function*() {
    const watch = yield* CanaryWatch
    const entries: Array<CanaryEntry> = []
    return Context.mergeAll(
      Context.make(CanaryJournal, { entries: () => entries }),
      Context.make(CanaryWatch, {
        ...watch,
        emitted: (observationId, source) => {
          entries.push({ what: "emitted", observationId, source })
          watch.emitted(observationId, source)
        },
        arrived: (observationId) => {
          entries.push({ what: "arrived", observationId, source: undefined })
          watch.arrived(observationId)
        }
      })
    )
  })).pipe(Layer.provide(CanaryWatch.layer))
}

export interface CanaryEntry {
  readonly what: "emitted" | "arrived"
  readonly observationId: string
  readonly source: string | undefined
}

export class CanaryJournal extends Context.Service<CanaryJournal, {
  readonly entries: () => ReadonlyArray<CanaryEntry>
}>()("perigee/layers/canary/CanaryWatch/CanaryJournal") {}

const histograms = new Map<string, Metric.Histogram<number>>()

/** One metric a source: there are three of them. */
const latency = (source: string): Metric.Histogram<number> => {
  const known = histograms.get(source)
  if (known !== undefined) return known
  const made = Metric.histogram("canary_arrival_latency_seconds", {
    description: "From the emission of a canary to its arrival",
    boundaries: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120],
    attributes: { source }
  })
  histograms.set(source, made)
  return made
}

interface OnItsWay {
  readonly source: string
  readonly at: UtcTime
}

const watching = (
  now: () => UtcTime,
  onArrival: (source: string, seconds: number) => void,
  onExpected: (source: string) => void
) => {
  // In order of emission, so the first are the oldest.
  const onTheirWay = new Map<string, OnItsWay>()
  const bySource = new Map<string, CanaryCounts>()
  let total = none
  let firstArrival: UtcTime | undefined

  const count = (source: string, what: keyof CanaryCounts): void => {
    const counts = bySource.get(source) ?? none
    bySource.set(source, { ...counts, [what]: counts[what] + 1 })
    total = { ...total, [what]: total[what] + 1 }
  }

  const giveUp = (time: UtcTime): void => {
    for (const [observationId, { at, source }] of onTheirWay) {
      if (time - at <= missedMillis) return
      onTheirWay.delete(observationId)
      count(source, "missed")
    }
  }

  return CanaryWatch.of({
    emitted: (observationId, source) => {
      const time = now()
      giveUp(time)
      onTheirWay.set(observationId, { source, at: time })
      count(source, "emitted")
    },
    expected: (source) => {
      if (!bySource.has(source)) bySource.set(source, none)
      onExpected(source)
    },
    arrived: (observationId) => {
      const time = now()
      giveUp(time)
      const sent = onTheirWay.get(observationId)
      if (sent === undefined) return
      onTheirWay.delete(observationId)
      firstArrival ??= time
      count(sent.source, "arrived")
      if (time - sent.at > lateMillis) count(sent.source, "late")
      onArrival(sent.source, (time - sent.at) / 1000)
    },
    report: () => {
      giveUp(now())
      return { enabled: true, firstArrival, total, bySource }
    }
  })
}
