/** Observations through the whole fusion pipeline over the memory log: what a test needs to compare runs. */
import { Duration, Effect, Layer, Result, Stream } from "effect"
import type { Assets } from "../../src/domain/alert/assets.ts"
import type { ConjunctionAlert } from "../../src/domain/alert/ConjunctionAlert.ts"
import type { DeadLetter } from "../../src/domain/deadletter/DeadLetter.ts"
import { encodeRawRecordHeaders, observationsTopic } from "../../src/domain/observation/formats/rawRecordHeaders.ts"
import type { Observation } from "../../src/domain/observation/Observation.ts"
import { observationIdOf } from "../../src/domain/observation/observationId.ts"
import type { MeanElements } from "../../src/domain/orbit/catalogue/MeanElements.ts"
import { makeScenario, seededStart } from "../../src/domain/simulation/scenario.ts"
import type { Element } from "../../src/domain/stream/Batch.ts"
import { alertsTopic, AlertStore } from "../../src/layers/alerts/AlertStore.ts"
import { conjunctionsTopic } from "../../src/layers/alerts/conjunctionsTopic.ts"
import { DeadLettersMemory } from "../../src/layers/deadletters/DeadLetters.ts"
import { GroupMember } from "../../src/layers/log/GroupMember.ts"
import { type LogRecord, MessageLog, type NewLogRecord } from "../../src/layers/log/MessageLog.ts"
import { readPages } from "../../src/layers/log/readPages.ts"
import { observationLine, observationOf } from "../../src/layers/simulator/writeScenario.ts"
import { type StageCounts, StageRegistry } from "../../src/layers/stage/StageRegistry.ts"
import { defaultFusionSettings, fusion, type FusionSettings } from "../../src/operators/fusion/fusion.ts"
import { fusionSource } from "../../src/operators/fusion/fusionSource.ts"
import { uncorrelatedTopic } from "../../src/operators/fusion/tracking/publishUncorrelated.ts"
import { commit } from "../../src/operators/log/commit.ts"
import { andThen } from "../../src/operators/stage/Stage.ts"
import { emptyFusion } from "./fusionShape.ts"
import { registry, scenarioOptions, type TestScenario } from "./scenario.ts"

/**
 * What a scenario sends, as observations in the order of sending, and the catalogue it flies. `after`: it begins so many milliseconds after
 * its catalogue was made.
 */
export const observed = (
  { after = 0, ...options }: TestScenario & { readonly after?: number } = {}
): { readonly observations: ReadonlyArray<Observation>; readonly catalogue: ReadonlyMap<string, MeanElements> } => {
  const made = scenarioOptions(options)
  const scenario = { ...made, start: made.start + after }
  return {
    observations: Array.from(
      makeScenario(scenario).emissions,
      (emission) => Result.getOrThrow(observationOf(emission, registry))
    ),
    catalogue: new Map(Array.from(scenario.catalogue, (elements) => [elements.objectId, elements]))
  }
}

const utf8 = new TextEncoder()

/** A line of a file that is read the day after, as its source would write it to the log. */
export const lineRecord = (line: string, receivedAt = seededStart + 86_400_000): NewLogRecord => {
  const bytes = utf8.encode(line)
  const raw = { format: "observation" as const, source: "file", bytes, locator: "test" }
  const observationId = observationIdOf("file", bytes)
  const headers = encodeRawRecordHeaders({
    raw,
    observationId,
    receivedAt,
    trace: undefined,
    key: "file",
    cursor: undefined
  })
  return { key: "file", value: bytes, headers, timestamp: receivedAt }
}

export const recordsOf = (observations: ReadonlyArray<Observation>): ReadonlyArray<NewLogRecord> =>
  observations.map((observation) => lineRecord(observationLine(observation)))

export interface FusionRun {
  /** Every version delivered, in order. */
  readonly versions: ReadonlyArray<ConjunctionAlert>
  /** The last version of each alert. */
  readonly alerts: ReadonlyMap<string, ConjunctionAlert>
  readonly letters: ReadonlyArray<DeadLetter>
  readonly stages: ReadonlyArray<readonly [stage: string, counts: Readonly<StageCounts>]>
  /** Records on the topics for uncorrelated observations and for alerts. */
  readonly uncorrelated: number
  /** Those records themselves, and those of conjunctions that raise no alert. */
  readonly written: Readonly<Record<"uncorrelated" | "alerts" | "conjunctions", ReadonlyArray<LogRecord>>>
  readonly delivered: number
  /** The position committed at the end. */
  readonly committed: number | undefined
}

/** Horizon cut to what a test scenario holds: the planned conjunction is 36 to 44 minutes after its start. */
export const shortHorizon: FusionSettings = { ...defaultFusionSettings, screenHorizonMillis: 3_600_000 }

export interface FusionRunOptions {
  readonly records: ReadonlyArray<NewLogRecord>
  readonly catalogue: ReadonlyMap<string, MeanElements>
  /** Most records in an array. */
  readonly maxRecords?: number
  readonly settings?: FusionSettings
  readonly assets?: Assets
}

const services = Layer.mergeAll(
  AlertStore.layerWith({ retention: Duration.infinity }),
  DeadLettersMemory.layer,
  StageRegistry.layer
).pipe(
  Layer.provideMerge(MessageLog.layerMemory)
)

export const runFusion = (
  { assets, catalogue, maxRecords = 256, records, settings = shortHorizon }: FusionRunOptions
): Effect.Effect<FusionRun> =>
  Effect.gen(function*() {
    const log = yield* MessageLog
    const store = yield* AlertStore
    const { letters } = yield* DeadLettersMemory
    const stages = yield* StageRegistry
    yield* log.ensureTopic({ name: observationsTopic, partitions: 1 })
    yield* log.ensureTopic({ name: uncorrelatedTopic, partitions: 1 })
    yield* log.ensureTopic({ name: conjunctionsTopic, partitions: 1 })
    yield* log.append(observationsTopic, records)
    const subscription = yield* log.subscribe({ topic: observationsTopic, group: "test", from: "earliest", maxRecords })
    const versions: Array<ConjunctionAlert> = []
    const source = fusionSource(Stream.take(subscription.records, records.length))
    yield* source.pipe(
      andThen(
        fusion({ ...emptyFusion, catalogue, settings, ...(assets !== undefined && { assets }) }),
        commit()
      ),
      Stream.runForEachArray((elements: ReadonlyArray<Element<ConjunctionAlert>>) =>
        Effect.sync(() => {
          for (const element of elements) if (element._tag === "Batch") versions.push(...element.payloads)
        })
      ),
      Effect.provideService(GroupMember, {
        join: () => Effect.succeed(subscription),
        subscriptionOf: () => Effect.succeed(subscription),
        commit: subscription.commit
      })
    )
    const committed = yield* log.committed(observationsTopic, "test")
    const written = {
      uncorrelated: yield* Stream.runCollect(readPages(log, uncorrelatedTopic)),
      alerts: yield* Stream.runCollect(readPages(log, alertsTopic)),
      conjunctions: yield* Stream.runCollect(readPages(log, conjunctionsTopic))
    }
    return {
      versions,
      alerts: store.current(),
      letters: letters(),
      stages: stages.stages(),
      uncorrelated: written.uncorrelated.length,
      written,
      committed: committed.get(0),
      delivered: written.alerts.length
    }
  }).pipe(Effect.scoped, Effect.provide(services), Effect.orDie)

/**
 * What acceptance 5 compares: the last version of each alert without sequence and emission time, in order of id. An alert that only
 * speculation raised counts as absent.
 */
export const finalAlerts = ({ alerts }: FusionRun): ReadonlyArray<string> =>
  Array.from(alerts.values())
    .filter(({ level }) => level !== "withdrawn")
    .toSorted((a, b) => (a.alertId < b.alertId ? -1 : 1))
    .map(({ sequence: _, emittedAt: __, ...content }) => JSON.stringify(content))
