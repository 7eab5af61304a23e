/** The fusion pipeline live under the test clock, with real observations and canaries. */
import { Effect, Fiber, Layer, Stream } from "effect"
import { TestClock } from "effect/testing"
import type { ConjunctionAlert } from "../../src/domain/alert/ConjunctionAlert.ts"
import { encodeRawRecordHeaders, observationsTopic } from "../../src/domain/observation/formats/rawRecordHeaders.ts"
import type { Observation } from "../../src/domain/observation/Observation.ts"
import { observationIdOf } from "../../src/domain/observation/observationId.ts"
import type { MeanElements } from "../../src/domain/orbit/catalogue/MeanElements.ts"
import { seededStart } from "../../src/domain/simulation/scenario.ts"
import { tick } from "../../src/domain/stream/Envelope.ts"
import { alertsTopic, AlertStore } from "../../src/layers/alerts/AlertStore.ts"
import { CanaryInjector, type CanaryWire } from "../../src/layers/canary/CanaryInjector.ts"
import { layerCanaryMetrics } from "../../src/layers/canary/canaryMetrics.ts"
import { type CanaryReport, CanaryWatch } from "../../src/layers/canary/CanaryWatch.ts"
import { DeadLettersMemory } from "../../src/layers/deadletters/DeadLetters.ts"
import { GroupMember } from "../../src/layers/log/GroupMember.ts"
import { MessageLog, type NewLogRecord } from "../../src/layers/log/MessageLog.ts"
import { readPages } from "../../src/layers/log/readPages.ts"
import { Collectors } from "../../src/layers/metrics/Collectors.ts"
import { type StageCounts, StageRegistry } from "../../src/layers/stage/StageRegistry.ts"
import { canaries as syntheticCanaries } from "../../src/operators/fusion/canaries.ts"
import { defaultFusionSettings } from "../../src/operators/fusion/fusion.ts"
import { fusionPipeline } from "../../src/operators/fusion/fusionPipeline.ts"
import { makeTally } from "../../src/operators/fusion/observations/decode.ts"
import { uncorrelatedTopic } from "../../src/operators/fusion/tracking/publishUncorrelated.ts"
import { collected, ownRegistry } from "./collected.ts"
import { recordsOf } from "./fusionRun.ts"
import { registry } from "./scenario.ts"

/** Long enough for the canaries' approach, which is up to 9 h ahead. */
export const settings = { ...defaultFusionSettings, screenHorizonMillis: 10 * 3_600_000 }

/** A canary's record as its source writes it to the log. */
export const canaryLogRecord = (kind: CanaryWire["kind"], bytes: Uint8Array, receivedAt: number): NewLogRecord => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const key = kind === "radar"
    ? `radar:${view.getUint32(0, true)}`
    : kind === "isl"
    ? `isl:${view.getUint32(8, true)}`
    : `optical:${JSON.parse(new TextDecoder().decode(bytes)).sourceId}`
  const raw = { format: kind, source: kind, bytes, locator: "test" }
  const observationId = observationIdOf(kind, bytes)
  const headers = encodeRawRecordHeaders({ raw, observationId, receivedAt, trace: undefined, key, cursor: undefined })
  return { key, value: bytes, headers, timestamp: receivedAt }
}

export interface CanaryRunOptions {
  readonly observations: ReadonlyArray<Observation>
  readonly catalogue: ReadonlyMap<string, MeanElements>
  readonly seconds: number
  readonly chaos?: Layer.Layer<never>
  /** Default: on. */
  readonly canaries?: Layer.Layer<never>
}

export interface CanaryRun {
  readonly report: CanaryReport
  /** `canary_*`, by name and source, as a scrape at the end would give them. */
  readonly metrics: ReadonlyMap<string, number>
  readonly alerts: ReadonlyMap<string, ConjunctionAlert>
  /** What left: the records of the topics for alerts and for uncorrelated observations. */
  readonly left: ReadonlyArray<string>
  /** How long each version of an alert took from its newest observation to its emission, ms. */
  readonly latencies: ReadonlyArray<number>
  readonly observations: ReadonlyMap<string, number>
  readonly letters: number
  readonly stages: ReadonlyMap<string, Readonly<StageCounts>>
}

export const canariesOn = Layer.provideMerge(
  CanaryInjector.layer({ horizonMillis: settings.screenHorizonMillis }),
  CanaryWatch.layer
)

const services = Layer.mergeAll(AlertStore.layer, DeadLettersMemory.layer, StageRegistry.layer).pipe(
  Layer.provideMerge(MessageLog.layerMemory)
)

const text = new TextDecoder()

/** Lets everything that can run do so; under the test clock nothing waits for the machine. */
const settle = Effect.forEach(Array.from({ length: 300 }), () => Effect.yieldNow, { discard: true })

export const runWithCanaries = (
  { canaries = canariesOn, catalogue, chaos = Layer.empty, observations, seconds }: CanaryRunOptions
): Effect.Effect<CanaryRun> =>
  Effect.gen(function*() {
    const log = yield* MessageLog
    const store = yield* AlertStore
    const watch = yield* CanaryWatch
    const injector = yield* CanaryInjector
    const synthetics = syntheticCanaries(watch.arrived)
    const tally = makeTally(undefined, (kind) => kind === synthetics.kind)
    const now = () => clock
    let clock = seededStart
    yield* log.ensureTopic({ name: observationsTopic, partitions: 1 })
    yield* log.ensureTopic({ name: uncorrelatedTopic, partitions: 1 })
    const pipeline = fusionPipeline({
      ticks: Stream.map(Stream.tick("1 second"), () => tick(clock)),
      registry,
      catalogue,
      now,
      alertSequences: new Map(),
      settings,
      tally,
      synthetics
    })
    const running = yield* pipeline.run.pipe(Effect.provide(GroupMember.layer), Effect.forkScoped)
    const wires = (["radar", "optical", "isl"] as const).map((kind): CanaryWire => ({
      kind,
      rawSource: kind,
      send: (bytes, time) =>
        Effect.as(Effect.orDie(log.append(observationsTopic, [canaryLogRecord(kind, bytes, time)])), true)
    }))
    const injecting = yield* Effect.forkScoped(injector.run(wires))
    let sent = 0
    for (let second = 0; second < seconds; second++) {
      const due = observations.slice(sent).findIndex(({ ingestTimestamp }) => ingestTimestamp >= clock)
      const until = due < 0 ? observations.length : sent + due
      if (until > sent) yield* log.append(observationsTopic, recordsOf(observations.slice(sent, until)))
      sent = until
      yield* settle
      clock += 1000
      yield* TestClock.adjust("1 second")
      yield* settle
    }
    const report = watch.report()
    const metrics = yield* collected
    yield* Fiber.interruptAll([injecting, running])
    const versions = (yield* Stream.runCollect(readPages(log, alertsTopic))).map(({ value }) => text.decode(value))
    return {
      report,
      metrics: new Map(Array.from(metrics).filter(([name]) => name.startsWith("canary_"))),
      alerts: store.current(),
      left: [
        ...versions,
        ...(yield* Stream.runCollect(readPages(log, uncorrelatedTopic))).map(({ value }) => text.decode(value))
      ],
      latencies: Array.from(store.current().values(), ({ emittedAt, observedUntil }) => emittedAt - observedUntil),
      observations: new Map(tally.byKind),
      letters: (yield* DeadLettersMemory).letters().length,
      stages: new Map((yield* StageRegistry).stages())
    }
  }).pipe(
    Effect.scoped,
    Effect.provide(
      layerCanaryMetrics.pipe(
        Layer.provideMerge(
          Layer.mergeAll(Layer.fresh(services), Layer.fresh(canaries), chaos, Layer.fresh(Collectors.layer))
        ),
        Layer.provideMerge(Layer.fresh(ownRegistry))
      )
    ),
    Effect.orDie,
    // Before the services are built: what they do every minute would be made up for, for decades.
    (program) => Effect.andThen(TestClock.setTime(seededStart), program)
  )
