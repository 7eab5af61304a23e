/**
 * The evidence of a diagnosis, of a run that goes on or of what a data directory holds. Each part is asked by itself: what fails or takes longer than
 * {@link patience} is told as missing, and stops nothing. Bounds: 600 points a series, 20,000 letters, one lineage walk, twenty traces of which one is assembled.
 */
import { Clock, Effect, Result } from "effect"
import { byUrgency } from "../../domain/alert/urgency.ts"
import type { Evidence, LetterSample } from "../../domain/diagnosis/Evidence.ts"
import type { HistoryPart, HistoryQuery } from "../../domain/history/History.ts"
import { type LineageAnswer, lineageJson } from "../../domain/lineage/LineageAnswer.ts"
import { format } from "../../domain/time/UtcTime.ts"
import { readSearch } from "../../domain/traces/search/parameters.ts"
import { makeAlertVersions } from "../alerts/alertVersions.ts"
import { findLetter } from "../deadletters/readLetters.ts"
import { letters } from "../http/operation/letters.ts"
import type { Answers } from "../inspection/Inspection.ts"
import type { LineageQueries } from "../lineage/LineageQueries.ts"
import { LogReader } from "../log/LogReader.ts"
import { traceAnswer } from "../traces/query/askTraces.ts"
import { TraceReader, type TraceReads } from "../traces/store/TraceStore.ts"
import { payloadText } from "./payloadText.ts"

const patience = "2 seconds"
const mostSamples = 5

export interface EvidenceSources {
  readonly inspection: { readonly answers: () => Answers | undefined }
  readonly history: {
    readonly read: (query: HistoryQuery) => HistoryPart
    readonly size: () => { readonly bytes: number; readonly refused: number }
  }
  readonly log: LogReader["Service"]
  readonly lineage: Pick<LineageQueries, "backward">
  readonly traces: TraceReads
}

const fineHistory = ({ read, size }: EvidenceSources["history"], at: string): Evidence["history"] => {
  const part = read({ names: [], since: -Infinity, until: Infinity, resolution: "fine" })
  const { bytes, refused } = size()
  return {
    at,
    stepSeconds: part.stepSeconds,
    times: part.times.map(format),
    series: part.series,
    memoryBytes: bytes,
    refusedSeries: refused
  }
}

/** One letter of each sensor, the newest. */
const samplesOf = Effect.fnUntraced(function*({ deadLetters }: NonNullable<Evidence["letters"]>) {
  const bySensor = new Map(deadLetters.toReversed().map(({ id, sensorId }) => [sensorId, id] as const))
  return yield* Effect.forEach(
    Array.from(bySensor).slice(0, mostSamples),
    ([sensorId, id]) =>
      Effect.map(findLetter(id, 20_000), (found): ReadonlyArray<LetterSample> =>
        found === undefined
          ? []
          : [{
            id,
            sensorId,
            message: found.letter.message,
            text: payloadText(found.letter.format, found.letter.payload)
          }])
  )
})

const newestAlert = Effect.fnUntraced(function*(log: LogReader["Service"]) {
  const { alerts } = yield* makeAlertVersions(log)
  return Array.from(alerts.values()).flatMap(({ versions }) => versions.slice(-1)).toSorted(byUrgency)[0]?.alertId
})

const slowestTrace = Effect.fnUntraced(function*(reader: TraceReads) {
  const query = readSearch({ limit: "20" }, yield* Clock.currentTimeNanos)
  if (Result.isFailure(query)) return undefined
  const { traces } = yield* reader.search(query.success)
  const slowest = traces.toSorted((a, b) => a.durationNanos < b.durationNanos ? 1 : -1)[0]
  return slowest === undefined
    ? undefined
    : yield* Effect.provideService(traceAnswer(slowest.traceId, false), TraceReader, reader)
})

export const collectEvidence = Effect.fn("diagnosis.collect")(function*(sources: EvidenceSources, id?: string) {
  const missing: Array<string> = []
  const tried = <A, E>(what: string, effect: Effect.Effect<A, E>): Effect.Effect<A | undefined> =>
    effect.pipe(
      Effect.timeout(patience),
      Effect.catchCause(() => Effect.sync(() => void missing.push(`${what} could not be asked`))),
      Effect.map((found) => found ?? undefined)
    )
  const { history, inspection, lineage, log, traces } = sources
  const asked = format(yield* Clock.currentTimeMillis)
  const withLog = Effect.provideService(LogReader, log)
  const given = yield* tried("dead letters", withLog(letters({ limit: "1000" })))
  const samples = given === undefined ? undefined : yield* tried("payloads", withLog(samplesOf(given)))
  const alert = id ?? (yield* tried("alerts", newestAlert(log)))
  const rests: LineageAnswer | undefined = alert === undefined
    ? undefined
    : yield* tried("lineage", lineage.backward(alert))
  const slowest = yield* tried("traces", slowestTrace(traces))
  const answers = inspection.answers()
  return {
    asked,
    status: answers?.status(),
    sources: answers?.sources(),
    history: answers === undefined ? undefined : fineHistory(history, asked),
    letters: given,
    samples: samples?.flat(),
    lineage: rests === undefined ? undefined : lineageJson(rests),
    slowest,
    missing
  } satisfies Evidence
})
